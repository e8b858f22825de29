"""Dead letters go back where they came from, and show nothing that a customer wrote."""

from typing import Any

import orjson
import pytest

from contracts.commands import Deliver, Send, Serve
from contracts.deadletters import DeadLetter, KeptLetter, LetterState
from contracts.errors import Conflict, NotFound, Unavailable
from contracts.events import EVENTS
from contracts.partitioning import partition_of
from contracts.topology import EVENTS as EVENTS_EXCHANGE
from contracts.topology import router_queue
from runtime.deadletters import DeadLetters, about, discreet, places_of
from runtime.publishing import Outbox
from runtime.store.deadletters import DeadLetterStore
from tests.parts import NOW, PARTITIONS, Fields, Parts, bundle, message

SECRET = "my card is 4111"


def letter(stage: str, body: dict[str, Any] | str, **fields: Fields) -> DeadLetter:
    base = {"id": "d1", "stage": stage, "reason": "bad", "attempts": 3, "at": NOW, "correlation_id": "c", "body": body}
    return DeadLetter.model_validate({**base, **fields})


def kept(parts: Parts) -> DeadLetterStore:
    return DeadLetterStore(parts.store)


def letters(parts: Parts, outbox: Outbox | None = None) -> DeadLetters:
    return DeadLetters(kept(parts), outbox or parts.outbox, parts.clock)


@pytest.mark.parametrize("form", ["event", "bundle", "item"])
async def test_an_event_goes_back_into_its_partition_alone(parts: Parts, form: str) -> None:
    event = message("+390000000001", "m1")
    as_bundle = bundle(event).decode()
    forms: dict[str, Any] = {"event": event.model_dump(mode="json"), "bundle": as_bundle, "item": as_bundle[1:-1]}
    await kept(parts).keep([letter("router", forms[form])])

    retried = await letters(parts).retry("d1", "ann")

    ((exchange, key, said),) = parts.said.published
    assert (exchange, key) == ("", router_queue(partition_of(event.conversation, PARTITIONS)))
    assert EVENTS.validate_json(said) == [event]
    assert (retried.state, retried.retries, retried.retried_by, retried.retried_at) == ("retried", 1, "ann", NOW)
    assert all(exchange != EVENTS_EXCHANGE for exchange, _, _ in parts.said.published)


@pytest.mark.parametrize(
    "command",
    [
        Deliver(correlation_id="c", interaction_id="i1"),
        Serve(correlation_id="c", target="queue:sales"),
    ],
    ids=["deliver", "serve"],
)
async def test_a_command_goes_back_to_the_workers(parts: Parts, command: Deliver | Serve) -> None:
    await kept(parts).keep([letter("worker", f"[{command.model_dump_json()}]")])
    await letters(parts).retry("d1", "ann")
    assert parts.said.commands == [command]


async def test_a_command_goes_back_to_the_senders(parts: Parts) -> None:
    command = Send(correlation_id="c", account_id="shop", contact_key="+390000000001")
    await kept(parts).keep([letter("sender", f"[{command.model_dump_json()}]")])
    await letters(parts).retry("d1", "ann")
    assert parts.said.sends == [command]


async def test_an_errand_is_run_again(parts: Parts) -> None:
    errand = {"type": "fetch_media", "correlation_id": "c", "account_id": "shop", "message_id": "shop:m1"}
    await kept(parts).keep([letter("errands", orjson.dumps(errand).decode())])
    await letters(parts).retry("d1", "ann")
    assert [one.model_dump() for one in parts.said.errands] == [errand]


async def test_what_came_in_at_the_door_cannot_be_retried_and_says_so(parts: Parts) -> None:
    await kept(parts).keep([letter("gateway", "{broken")])
    with pytest.raises(Conflict, match="only the provider can send it anew"):
        await letters(parts).retry("d1", "ann")
    assert parts.said.published == []
    assert (await kept(parts).find())[0].state is LetterState.OPEN


async def test_what_still_cannot_be_read_stays_where_it_is(parts: Parts) -> None:
    await kept(parts).keep([letter("router", '[{"type": "unheard_of"}]')])
    with pytest.raises(Conflict, match="still cannot be read"):
        await letters(parts).retry("d1", "ann")
    assert (await kept(parts).find())[0].state is LetterState.OPEN


async def test_a_retry_that_is_repeated_sends_nothing_again(parts: Parts) -> None:
    await kept(parts).keep([letter("router", bundle(message("+390000000001", "m1")).decode())])
    first = await letters(parts).retry("d1", "ann")
    again = await letters(parts).retry("d1", "ben")
    assert first == again
    assert len(parts.said.published) == 1


async def test_a_letter_that_fails_again_is_open_again_and_its_attempts_add_up(parts: Parts) -> None:
    body = bundle(message("+390000000001", "m1")).decode()
    await kept(parts).keep([letter("router", body)])
    await letters(parts).retry("d1", "ann")
    parts.clock.pass_(60)
    again = letter("router", body, at=parts.clock(), reason="worse")
    for _ in range(2):  # the keeper may have crashed before its acknowledgement
        await kept(parts).keep([again])
    (open_again,) = await kept(parts).find()
    assert (open_again.state, open_again.attempts, open_again.retries) == (LetterState.OPEN, 6, 1)
    assert open_again.reason == "worse"
    assert (await letters(parts).retry("d1", "ann")).retries == 2


async def test_a_broker_that_is_away_leaves_the_letter_open(parts: Parts) -> None:
    class Away(Outbox):
        async def events_again(self, events: Fields) -> None:
            raise Unavailable("RabbitMQ: away")

    await kept(parts).keep([letter("router", bundle(message("+390000000001", "m1")).decode())])
    with pytest.raises(Unavailable):
        await letters(parts, Away(parts.said, PARTITIONS)).retry("d1", "ann")
    assert (await kept(parts).find())[0].state is LetterState.OPEN


async def test_who_discards_when_and_why_stays_on_record(parts: Parts) -> None:
    await kept(parts).keep([letter("router", "{")])
    discarded = await letters(parts).discard("d1", "ann", "a test")
    assert (discarded.state, discarded.discarded_by, discarded.note, discarded.discarded_at) == (
        LetterState.DISCARDED,
        "ann",
        "a test",
        NOW,
    )
    assert await letters(parts).discard("d1", "ben", "again") == discarded
    with pytest.raises(Conflict, match="discarded by ann"):
        await letters(parts).retry("d1", "ben")
    parts.clock.pass_(60)
    await kept(parts).keep([letter("router", "{", at=parts.clock())])
    assert await kept(parts).get("d1") == discarded


async def test_what_was_sent_back_cannot_be_discarded(parts: Parts) -> None:
    await kept(parts).keep([letter("router", bundle(message("+390000000001", "m1")).decode())])
    await letters(parts).retry("d1", "ann")
    with pytest.raises(Conflict, match="sent back by ann"):
        await letters(parts).discard("d1", "ben")


async def test_what_does_not_exist_is_not_found(parts: Parts) -> None:
    for act in (letters(parts).retry, letters(parts).discard):
        with pytest.raises(NotFound):
            await act("d9", "ann")


@pytest.mark.parametrize("as_text", [True, False])
def test_a_discreet_letter_says_what_it_is_about_and_not_what_was_written(as_text: bool) -> None:
    event = message("+390000000001", "m1", SECRET)
    body: dict[str, Any] | str = bundle(event).decode() if as_text else event.model_dump(mode="json")
    trace = (
        "Traceback (most recent call last):\n"
        '  File "/app/router.py", line 7, in take\n    raise KeyError(text)\n'
        f"pydantic_core.ValidationError: 1 fault\n  text [input_value='{SECRET}']\n"
        f"KeyError: '{SECRET}'\n"
    )
    shown = discreet(KeptLetter(**dict(letter("router", body, trace=trace))))
    assert SECRET not in shown.model_dump_json()
    assert isinstance(shown.body, dict)
    assert (shown.body["event_id"], shown.body["type"]) == (event.event_id, "message_received")
    assert 'File "/app/router.py", line 7, in take' in shown.trace
    assert shown.trace.endswith("KeyError")


def test_what_is_about_nothing_known_has_a_size() -> None:
    assert about("{broken") == {"characters": 7}
    assert about({"text": SECRET}) == {"characters": 26}
    assert about('[{"event_id": "e1"}, {"event_id": "e2"}]')["items"] == [{"event_id": "e1"}, {"event_id": "e2"}]
    assert places_of("") == ""
