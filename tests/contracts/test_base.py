"""Numbers, ids and time zones."""

import pytest

from contracts.accounts import Account
from contracts.base import e164, e164_prefix, new_id, number_of
from contracts.errors import IllegalTransition
from contracts.interactions import TRANSITIONS, InteractionState, check_transition
from contracts.intervals import Span
from contracts.timezones import known_timezone
from tests.parts import account


def test_blanks_and_brackets_are_taken_out_of_a_number() -> None:
    assert (e164("+39 (333) 123-45.67"), e164_prefix("+1 415")) == ("+393331234567", "+1415")


@pytest.mark.parametrize("number", ["393331234567", "+0393331234", "+39", "+39333123456789012", "+39x", ""])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match=r"E\.164"):
        e164(number)


@pytest.mark.parametrize("prefix", ["39", "+", "+0", "+1234567890123456"])
def test_what_is_no_beginning_of_a_number_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match=r"E\.164"):
        e164_prefix(prefix)


@pytest.mark.parametrize(
    ("key", "number"), [("393331234567", "+393331234567"), ("+393331234567", "+393331234567"), ("user.12", None)]
)
def test_a_contact_key_stands_for_a_number_or_for_none(key: str, number: str | None) -> None:
    assert number_of(key) == number


def test_ids_are_unique_and_of_one_length() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(one) for one in ids} == {32}


def test_a_time_zone_must_be_known() -> None:
    assert known_timezone("Europe/Rome") == "Europe/Rome"
    with pytest.raises(ValueError, match="IANA"):
        known_timezone("Europe/Atlantis")


def test_a_span_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="passes midnight"):
        Span.model_validate({"start": "18:00", "end": "08:00"})


def test_secrets_of_an_account_do_not_print() -> None:
    shop = account(secrets={"auth_token": "sesame-open"})
    assert "sesame" not in f"{shop!r} {shop} {shop.secrets}"
    assert Account.model_validate(shop.model_dump()).webhook_path == "/webhooks/meta/SHOP"


@pytest.mark.parametrize("before", list(InteractionState))
@pytest.mark.parametrize("after", list(InteractionState))
def test_only_the_transitions_of_the_table_are_allowed(before: InteractionState, after: InteractionState) -> None:
    if after in TRANSITIONS[before]:
        assert check_transition(before, after) is after
        return
    with pytest.raises(IllegalTransition, match=f"from {before} to {after}"):
        check_transition(before, after)


def test_what_is_closed_can_only_be_opened_again_by_being_routed() -> None:
    assert TRANSITIONS[InteractionState.CLOSED] == {InteractionState.ROUTING}
