"""Reading a body that somebody else wrote."""

from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, ValidationError

from gateway.providers.payload import MAX_DEPTH, contact_key, fault, instant, raw_form, raw_of, read_object
from gateway.providers.seam import MalformedWebhook


class Part(BaseModel):
    number: int


class Whole(BaseModel):
    parts: list[Part]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "the body must be JSON"),
        (b"{", "the body must be JSON"),
        (b'{"a": NaN}', "the body must be JSON"),
        (b'{"a": Infinity}', "the body must be JSON"),
        (b"{'a': 1}", "the body must be JSON"),
        (b'{"a": 1} x', "the body must be JSON"),
        (b'"a"', "the body must be a JSON object"),
        (b"[]", "the body must be a JSON object"),
        (b"null", "the body must be a JSON object"),
        (b'{"a": "\xff"}', "the body must be UTF-8"),
        (b'{"a": "\xed\xa0\xbd"}', "the body must be UTF-8"),
        (b"[" * 100_000, "the body is nested too deeply"),
    ],
)
def test_a_body_that_is_no_json_object_is_malformed(body: bytes, rule: str) -> None:
    with pytest.raises(MalformedWebhook, match=rule):
        read_object(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": "\\ud83d"}', "\ufffd"),
        (b'{"a": "\\ude00\\ud83d"}', "\ufffd\ufffd"),
        (b'{"a": "\\ud83d\\ude00"}', "\U0001f600"),
        (b'{"a": [{"\\ud83d": 1}]}', [{"\ufffd": 1}]),
        (b'{"a": 9223372036854775807}', 2**63 - 1),
        (b'{"a": 9223372036854775808}', "9223372036854775808"),
        (b'{"a":-9223372036854775808}', -(2**63)),
        (b'{"a":-9223372036854775809}', "-9223372036854775809"),
        (b'{"a":[\n' + b"1" * 5000 + b"]}", ["1" * 5000]),
        (b'{"a": 1e999}', "1e999"),
        (b'{"a": 1.5}', 1.5),
        (b'{"a": 1, "a": 2}', 2),
    ],
)
def test_what_could_not_be_stored_is_replaced_when_it_is_read(body: bytes, value: object) -> None:
    assert read_object(body) == {"a": value}


def test_a_raw_form_keeps_everything_but_nul_in_keys() -> None:
    assert raw_form({"a\0": {"b\0": ["c\0"]}, "$d.e": None}) == {"a\ufffd": {"b\ufffd": ["c\0"]}, "$d.e": None}


def test_a_raw_form_folds_what_is_nested_too_deeply_into_its_text() -> None:
    deep: object = 1
    for _ in range(MAX_DEPTH + 2):
        deep = [deep]
    folded = raw_form({"deep": deep})["deep"]
    for _ in range(MAX_DEPTH):
        folded = folded[0]
    assert folded == "[[1]]"


def test_a_raw_form_says_so_when_even_the_text_would_be_nested_too_deeply() -> None:
    deep: object = 1
    for _ in range(MAX_DEPTH + 300):
        deep = [deep]
    assert "nested too deeply" in str(raw_form({"deep": deep}))


def test_what_is_no_object_is_kept_as_its_text() -> None:
    assert [raw_of("x"), raw_of([1, None]), raw_of({"a": 1})] == ['"x"', "[1,null]", {"a": 1}]


@pytest.mark.parametrize("stamp", ["1767225600", 1767225600, "1767225600000", 1767225600000])
def test_a_time_is_in_seconds_or_from_ten_to_the_twelfth_in_milliseconds(stamp: object) -> None:
    assert instant(stamp) == datetime(2026, 1, 1, tzinfo=UTC)


def test_the_last_second_before_the_year_10000_is_a_time() -> None:
    assert instant("253402300799") == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "stamp",
    [
        *("", " 1", "1_000", "+1", "-1", -1, "1.5", 1.5, "inf", "nan", None, True, [], "\u0661", "9" * 30, 10**30),
        *("253402300800", "253402300800000", "3093527980800000"),
    ],
)
def test_anything_else_is_no_time(stamp: object) -> None:
    with pytest.raises(ValueError, match="must be a Unix time"):
        instant(stamp)


@pytest.mark.parametrize(
    ("identity", "key"),
    [
        ("15550001111", "+15550001111"),
        ("+15550001111", "+15550001111"),
        ("US.13491208655302741918", "US.13491208655302741918"),
        ("13491208655302741918", "13491208655302741918"),
        ("", ""),
    ],
)
def test_a_contact_key_is_e164_where_it_is_a_number_and_else_left_alone(identity: str, key: str) -> None:
    assert contact_key(identity) == key


def test_a_fault_names_the_field_and_never_its_value() -> None:
    with pytest.raises(ValidationError) as raised:
        Whole.model_validate({"parts": [{"number": 1}, {"number": "hunter2"}]})
    assert fault(raised.value).startswith("parts.1.number: ")
    assert "hunter2" not in fault(raised.value)
