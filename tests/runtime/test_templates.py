"""Texts with variables: what may stand in them, what is refused and where; a value is never looked at again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ConfigurationFault
from runtime.templates import compile_template

VALUES: dict[str, object] = {
    "contact.name": "Ada",
    "contact.number": None,
    "account.name": "Acme",
    "contact.attributes.points": 12,
    "contact.attributes.vip": True,
    "contact.attributes.list": ["a"],
    "interaction.attributes.order-no.1": 3.5,
}


def _rendered(source: str) -> str:
    return compile_template(source).render(VALUES.get)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Hello", "Hello"),
        ("", ""),
        ("Hello {contact.name}!", "Hello Ada!"),
        ("{ contact.name }", "Ada"),
        ("{contact.name}{account.name}", "AdaAcme"),
        ("{contact.name|there}", "Ada"),
        ("{contact.number|no number}", "no number"),
        ("{contact.number| a | b }", "a | b"),
        ("[{contact.number}]", "[]"),
        ("{contact.attributes.points} points", "12 points"),
        ("{contact.attributes.vip}", "true"),
        ("{contact.attributes.list|none}", "none"),
        ("{contact.attributes.gone|none}", "none"),
        ("{interaction.attributes.order-no.1}", "3.5"),
        ("{{contact.name}}", "{contact.name}"),
        ("{{{contact.name}}}", "{Ada}"),
        ("a\nb {account.name}", "a\nb Acme"),
    ],
)
def test_variables_give_way_to_their_values(source: str, said: str) -> None:
    assert _rendered(source) == said


@pytest.mark.parametrize(
    ("source", "rule", "position"),
    [
        ("Hi {contact.nam}", "unknown variable contact.nam", 4),
        ("{}", "unknown variable ", 1),
        ("{message.text}", "unknown variable message.text", 1),
        ("{contact.attributes.}", "unknown variable contact.attributes.", 1),
        ("{contact.attributes.a b}", "unknown variable contact.attributes.a b", 1),
        ("{contact.__class__}", "unknown variable contact.__class__", 1),
        ("Hi { there", "a brace stands alone: write it twice to mean it", 4),
        ("Hi there }", "a brace stands alone: write it twice to mean it", 10),
        ("{contact.name|{account.name}}", "a brace stands alone: write it twice to mean it", 1),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(source: str, rule: str, position: int) -> None:
    with pytest.raises(ConfigurationFault) as refused:
        compile_template(source, "actions.1.text")
    assert (refused.value.field, refused.value.rule, refused.value.position) == ("actions.1.text", rule, position)


def test_it_says_which_variables_it_holds() -> None:
    assert compile_template("{contact.name} {now.date} {contact.name}").variables == {"contact.name", "now.date"}


@given(st.text())
def test_a_value_is_put_in_as_it_is_whatever_it_holds(value: str) -> None:
    assert compile_template("<{contact.name}>").render(lambda _name: value) == f"<{value}>"


@given(st.text(alphabet="{}|.ab contact.name"))
def test_any_text_is_either_refused_with_its_place_or_can_be_said(source: str) -> None:
    place = _place_of_fault(source)
    if place is None:
        template = compile_template(source)
        assert template.variables or template.render(VALUES.get) == source.replace("{{", "{").replace("}}", "}")
    else:
        assert source[place - 1] in "{}"


def _place_of_fault(source: str) -> int | None:
    try:
        compile_template(source)
    except ConfigurationFault as fault:
        return fault.position
    return None
