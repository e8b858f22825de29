"""Interactions in the database: conditional writes, statuses that never go backwards, contacts made once."""

import asyncio
import itertools
from datetime import timedelta

from contracts.contacts import Contact
from contracts.content import Text
from contracts.interactions import InteractionState
from contracts.messages import STATUS_RANK, DeliveryState
from contracts.stored import StoredMessage, StoredStatus
from runtime.store.interactions import Change
from tests.parts import NOW, Parts
from tests.router.engine.builders import interaction


def status(state: DeliveryState, word: str = "") -> StoredStatus:
    word = word or state.value
    return StoredStatus(
        id=f"acc:out1:{word}",
        message_id="acc:out1",
        account_id="acc",
        contact_key="c",
        provider_id="out1",
        state=state,
        provider_state=word,
        occurred_at=NOW,
        correlation_id="c",
    )


def stored(number: int = 1, provider_id: str = "out1") -> StoredMessage:
    return StoredMessage(
        id=f"acc:{provider_id}",
        event_id="e",
        correlation_id="c",
        interaction_id="i1",
        account_id="acc",
        contact_key="c",
        direction="outbound",
        sequence=number,
        provider_id=provider_id,
        content=Text(text="hello"),
        sent_at=NOW,
        received_at=NOW,
        state=DeliveryState.QUEUED,
    )


async def test_a_status_never_goes_backwards_whatever_the_order(parts: Parts) -> None:
    words = [DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED]
    for order in itertools.permutations(words):
        await parts.store.database["messages"].delete_many({})
        await parts.interactions.record(messages=[stored()])
        ranks = []
        for word in order:
            await parts.interactions.record_statuses([status(word)])
            (message,) = await parts.interactions.messages("i1", 9)
            assert message.state is not None
            ranks.append(STATUS_RANK[message.state])
            assert message.state_rank == ranks[-1]
        assert ranks == sorted(ranks)
        assert ranks[-1] == STATUS_RANK[DeliveryState.READ]


async def test_statuses_at_the_same_time_end_in_the_highest(parts: Parts) -> None:
    await parts.interactions.record(messages=[stored()])
    await asyncio.gather(*(parts.interactions.record_statuses([status(state)]) for state in DeliveryState))
    (message,) = await parts.interactions.messages("i1", 9)
    assert message.state is DeliveryState.READ


async def test_a_status_before_its_message_is_kept_once(parts: Parts) -> None:
    for _ in range(2):
        await parts.interactions.record_statuses([status(DeliveryState.SENT)])
    await parts.interactions.record_statuses([])
    kept = await parts.store.database["statuses"].find().to_list(None)
    assert [(one["message_id"], one["state"]) for one in kept] == [("acc:out1", "sent")]
    assert await parts.interactions.messages("i1", 9) == []


async def test_who_was_overtaken_is_told_and_the_rest_is_written(parts: Parts) -> None:
    one, other = (interaction(id=f"i{n}", conversation=f"acc:{n}", version=1, applied={f"e{n}": 1}) for n in (1, 2))
    assert await parts.interactions.save([Change(None, one), Change(None, other)]) == set()
    assert await parts.interactions.save([]) == set()

    def next_of(before: object, **fields: object) -> Change:
        assert isinstance(before, type(one))
        return Change(before, before.model_copy(update={"version": before.version + 1, **fields}))

    await parts.interactions.save([next_of(one, applied={"x": 1}, tags=("first",))])
    lost = await parts.interactions.save(
        [next_of(one, applied={"y": 1}, tags=("late",)), next_of(other, applied={"z": 1}, tags=("in time",))]
    )

    assert lost == {"i1"}
    tags = {found.id: found.tags for found in await parts.interactions.get_many(["i1", "i2"])}
    assert tags == {"i1": ("first",), "i2": ("in time",)}


async def test_a_conversation_has_one_open_interaction(parts: Parts) -> None:
    assert await parts.interactions.save([Change(None, interaction())]) == set()
    assert await parts.interactions.save([Change(None, interaction(id="i2"))]) == {"i2"}
    assert [one.id for one in await parts.all_interactions()] == ["i1"]


async def test_one_that_opens_as_another_closes_is_written_after_it(parts: Parts) -> None:
    first = interaction(version=1)
    await parts.interactions.save([Change(None, first)])
    closed = first.model_copy(update={"version": 2, "open": False, "state": InteractionState.CLOSED})

    assert await parts.interactions.save([Change(None, interaction(id="i2")), Change(first, closed)]) == set()
    assert {one.id: one.open for one in await parts.all_interactions()} == {"i1": False, "i2": True}


async def test_one_that_follows_what_was_not_written_is_not_written_either(parts: Parts) -> None:
    first = interaction(version=1)
    await parts.interactions.save([Change(None, first)])
    stale = first.model_copy(update={"version": 0})
    closed = first.model_copy(update={"version": 1, "open": False, "applied": {"e": 1}})

    assert await parts.interactions.save([Change(stale, closed), Change(None, interaction(id="i2"))]) == {"i1", "i2"}
    assert [one.id for one in await parts.all_interactions()] == ["i1"]


async def test_closed_interactions_are_loaded_for_the_events_that_they_name(parts: Parts) -> None:
    for number in range(3):
        one = interaction(id=f"i{number}", open=False, applied={f"e{number}": number}, owner="ann")
        await parts.interactions.save([Change(None, one)])

    loaded = await parts.interactions.load({"acc:393331234567"}, (), (), {"e1", "e9"})

    assert {event: one.id for event, one in loaded.finished.items()} == {"e1": "i1"}
    assert loaded.interactions == {}
    assert loaded.previous_agents == {"acc:393331234567": "ann"}


async def test_contacts_are_made_once_and_only_an_empty_name_is_filled(parts: Parts) -> None:
    def contact(key: str, name: str) -> Contact:
        return Contact(id=f"l:{key}", list_id="l", key=key, name=name)

    await asyncio.gather(*(parts.interactions.create_contacts([contact("a", "")]) for _ in range(5)))
    await parts.interactions.create_contacts([contact("a", "Ada"), contact("b", "Bob")])
    await parts.interactions.create_contacts([contact("a", "Other"), contact("b", "")])
    await parts.interactions.create_contacts([])

    loaded = await parts.interactions.load({"x"}, {"l:a", "l:b"}, ())
    assert {one.id: one.name for one in loaded.contacts.values()} == {"l:a": "Ada", "l:b": "Bob"}


async def test_pages_of_a_log(parts: Parts) -> None:
    await parts.interactions.record(messages=[stored(n, f"p{n}") for n in (2, 1, 3)])
    assert [m.sequence for m in await parts.interactions.messages("i1", 2)] == [1, 2]
    assert [m.sequence for m in await parts.interactions.messages("i1", 2, after=2)] == [3]
    assert await parts.interactions.last_messages([]) == {}


async def test_what_is_due_is_claimed_for_a_while(parts: Parts) -> None:
    due = interaction(due_at=NOW, state="waiting")
    later = interaction(id="i2", conversation="acc:2", due_at=NOW + timedelta(seconds=1), state="waiting")
    await parts.interactions.save([Change(None, due), Change(None, later)])
    claim = timedelta(seconds=2)

    assert [one.id for one in await parts.interactions.claim_due(NOW, 9, claim)] == ["i1"]
    assert await parts.interactions.claim_due(NOW, 9, claim) == []
    soon = NOW + timedelta(seconds=3)
    assert [one.id for one in await parts.interactions.claim_due(soon, 9, claim)] == ["i1", "i2"]


async def test_what_waits_comes_longest_first(parts: Parts) -> None:
    for number in range(3):
        since = NOW - timedelta(seconds=number)
        one = interaction(
            id=f"i{number}",
            conversation=f"acc:{number}",
            state="waiting",
            waiting_for="queue:sales",
            waiting_since=since,
        )
        await parts.interactions.save([Change(None, one)])
    assert [one.id for one in await parts.interactions.waiting("queue:sales", 9)] == ["i2", "i1", "i0"]
    assert [one.id for one in await parts.interactions.waiting("queue:sales", 1)] == ["i2"]
