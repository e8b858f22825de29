import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.ai.masking import Mask


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Call +39 012 345-6789 now", "Call [number 1] now"),
        ("(012) 345 67 89", "([number 1]"),
        ("tel.3331112223, or 333 1112224!", "tel.[number 1], or [number 2]!"),
        ("٠١٢٣٤٥٦٧٨٩", "[number 1]"),
        ("twice: 0123456789, 0123456789", "twice: [number 1], [number 1]"),
        ("12 pairs, size 42, 99.90 euro", "12 pairs, size 42, 99.90 euro"),
        ("nothing here", "nothing here"),
    ],
)
def test_what_looks_like_a_phone_number_is_hidden_and_little_else(text: str, hidden: str) -> None:
    assert Mask(None, numbers=True).hide(text) == hidden


def test_the_customers_name_is_hidden_as_a_whole_and_in_parts_but_not_within_words() -> None:
    mask = Mask("Ada  Lovelace (DE)", numbers=True)

    assert (
        mask.hide("I am ADA Lovelace, Ada for short, from Canada")
        == "I am [name 1] [name 2], [name 3] for short, from Canada"
    )


def test_numbers_and_names_that_may_be_known_stay() -> None:
    assert Mask(None, numbers=False).hide("Ada, +390123456789") == "Ada, +390123456789"


@pytest.mark.parametrize("name", ["", "  ", "\u200b"])
def test_a_name_that_is_none_hides_nothing(name: str) -> None:
    assert Mask(name, numbers=True).hide("one two") == "one two"


def test_an_answer_gets_back_what_was_hidden_also_where_the_model_changed_the_case() -> None:
    mask = Mask("Ada", numbers=True)
    mask.hide("Ada wants a call at 0123456789")

    assert mask.restore("Dear [Name 1], we call [number 2] and not [number 7].") == (
        "Dear Ada, we call 0123456789 and not [number 7]."
    )


@given(st.text(), st.text())
def test_nothing_is_lost_by_hiding_and_restoring(name: str, text: str) -> None:
    mask = Mask(name, numbers=True)
    if "[" not in text:  # a text that has a placeholder in it by itself is the one exception
        assert mask.restore(mask.hide(text)) == text


@given(st.lists(st.text(alphabet="0123456789 ()-./+ab", min_size=1)))
def test_no_seven_digits_in_a_row_leave(parts: list[str]) -> None:
    hidden = Mask(None, numbers=True).hide(" ".join(parts))
    runs = "".join(sign if sign.isdigit() else " " for sign in hidden).split()
    assert max(map(len, runs), default=0) < 7
