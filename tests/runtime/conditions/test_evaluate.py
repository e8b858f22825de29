"""What an evaluation comes to, and how it fails."""

from datetime import UTC, datetime

import pytest

from runtime.conditions import Failed, compile_condition

SECRET = "my secret"


def _evaluate(source: str, **values: object) -> bool | Failed:
    return compile_condition(source).evaluate(values)


@pytest.mark.parametrize(("text", "holds"), [("Hello", True), ("Bye", False)])
def test_a_condition_holds_or_not(text: str, holds: bool) -> None:
    assert _evaluate("message.text == 'Hello'", message={"text": text}) is holds


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("contact.attributes[message.text] == 1", "a key is missing"),
        ("contact.tags[size(message.text)] == 'a'", "an index is out of range"),
        ("contact.attributes.age + message.text == 'a'", "an operation does not fit the types of its operands"),
        ("1 / (size(message.text) - 9) == 1", "division by zero"),
        ("9223372036854775807 + size(message.text) == 1", "a number is out of range"),
        ("int(message.text) == 1", "a function does not fit its arguments"),
        ("contact.attributes.text", "the result is neither true nor false"),
    ],
)
def test_a_failure_says_why_without_the_customers_words(source: str, reason: str) -> None:
    contact = {"tags": [], "attributes": {"age": 1, "text": SECRET}}
    assert _evaluate(source, message={"text": SECRET}, contact=contact) == Failed(reason)


def test_a_value_that_the_language_does_not_know_is_a_failure() -> None:
    contact = {"attributes": {"odd": {1, 2}}}
    assert _evaluate("contact.attributes.odd == 1", contact=contact) == Failed("a value cannot be used in a condition")


def test_an_absent_value_is_null() -> None:
    assert _evaluate("contact.number == null", contact={"number": None}) is True


def test_moments_are_read_at_their_own_offset() -> None:
    assert _evaluate("now.getHours() == 9", now=datetime(2026, 3, 14, 9, 26, tzinfo=UTC)) is True


@pytest.mark.timeout(5)
@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*)*(.*)*(.*)*x", "a{0,500}b"])
def test_a_pattern_that_ruins_backtracking_engines_takes_linear_time(pattern: str) -> None:
    text = "a" * 20_000 + "!"
    assert _evaluate(f"message.text.matches('{pattern}')", message={"text": text}) is False


@pytest.mark.parametrize("text", ["' || true || '", "\x00", '"""', "${1}", "(a+)+$", "\ud7ff\U0001f600", "'" * 4000])
def test_customer_text_is_only_ever_a_value(text: str) -> None:
    assert _evaluate("message.text == 'x'", message={"text": text}) is False
    assert _evaluate("message.text.contains('x')", message={"text": text}) is False
