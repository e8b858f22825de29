"""Reading bundles: one bad event does not hurt the others."""

import json

import pytest

from contracts.commands import COMMANDS, Serve
from contracts.events import EVENTS
from runtime.bundles import unbundle
from tests.parts import bundle, message

ONE, TWO = message("+39333000001", "m1"), message("+39333000002", "m2")


def test_bundles_are_read_in_order() -> None:
    result = unbundle(EVENTS, [bundle(ONE), bundle(), bundle(TWO, ONE)], "router")
    assert result.items == [ONE, TWO, ONE]
    assert result.letters == []


def test_one_unreadable_event_costs_its_neighbours_nothing() -> None:
    bad = {**ONE.model_dump(mode="json"), "account_id": None}
    body = (
        b"["
        + ONE.model_dump_json().encode()
        + b","
        + json.dumps(bad).encode()
        + b","
        + TWO.model_dump_json().encode()
        + b"]"
    )

    result = unbundle(EVENTS, [body], "router")

    assert result.items == [ONE, TWO]
    (letter,) = result.letters
    assert letter.reason == "cannot be read: 0.message_received.account_id: Input should be a valid string"
    assert json.loads(str(letter.body))["account_id"] is None
    assert letter.stage == "router"


@pytest.mark.parametrize("body", [b"no json", b'{"type":"serve"}', b"\xff\xfe", b"null", b""])
def test_what_is_no_bundle_is_set_apart_as_it_is(body: bytes) -> None:
    result = unbundle(COMMANDS, [body, COMMANDS.dump_json([Serve(correlation_id="c", target="queue:q")])], "worker")

    assert [item.type for item in result.items] == ["serve"]
    (letter,) = result.letters
    assert letter.body == body.decode(errors="replace")
    assert letter.reason.startswith("cannot be read: ")


def test_an_event_of_an_unknown_type_is_set_apart() -> None:
    result = unbundle(EVENTS, [json.dumps([{"type": "invented"}]).encode()], "router")
    assert (result.items, len(result.letters)) == ([], 1)
