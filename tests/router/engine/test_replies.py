"""Automatic replies: that every variable has a value, and that no text is too long."""

from router.engine import ConversationState, SendReply, decide
from runtime.templates import ATTRIBUTES, VARIABLES
from tests.router.engine.builders import NOW, contact, received, routing


def _said(text: str) -> str:
    state = ConversationState(contact=contact(name="Ada", attributes={"x": 1}))
    configuration = routing([{"action": "AutoReply", "text": text}], attributes={"x": 1})
    decision = decide(received(), state, configuration, NOW)
    (reply,) = (effect for effect in decision.effects if isinstance(effect, SendReply))
    return reply.text


def test_every_variable_that_a_text_may_hold_has_a_value() -> None:
    for name in VARIABLES:
        assert _said(f"<{{{name}|nothing}}>") != "<nothing>", name


def test_every_kind_of_attribute_is_found() -> None:
    for prefix in ATTRIBUTES:
        expected = "<none>" if prefix.startswith("interaction") else "<1>"
        assert _said(f"<{{{prefix}x|none}}>") == expected, prefix


def test_a_text_that_its_values_make_too_long_is_cut() -> None:
    state = ConversationState(contact=contact(name="a" * 4000))
    configuration = routing([{"action": "AutoReply", "text": "{contact.name}{contact.name}"}])
    decision = decide(received(), state, configuration, NOW)
    (reply,) = (effect for effect in decision.effects if isinstance(effect, SendReply))
    assert reply.text == "a" * 4096
    assert decision.trace[1].value == "a" * 200
