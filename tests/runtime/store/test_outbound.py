"""Outbound messages in the database: one claim, one order, and statuses find their message whichever comes first."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from contracts.base import new_id
from contracts.content import Text
from contracts.messages import STATUS_RANK, DeliveryState, FailureKind, StatusReason
from contracts.stored import StoredMessage, StoredStatus
from runtime.store.interactions import Change
from runtime.store.outbound import OutboundStore, in_order
from tests.parts import NOW, Fields, Parts
from tests.router.engine.builders import interaction

LATER = NOW + timedelta(minutes=1)
BLOCKED = StatusReason(code="131", kind=FailureKind.BLOCKED, sentence="The customer has blocked the number.")


def message(number: int = 1, **fields: Fields) -> StoredMessage:
    basis: Fields = {
        "id": f"out{number}",
        "event_id": "e",
        "correlation_id": "c",
        "interaction_id": "i1",
        "account_id": "acc",
        "contact_key": "c",
        "direction": "outbound",
        "sequence": number,
        "provider_id": "",
        "sending": Text(text="hello"),
        "sent_at": NOW,
        "received_at": NOW,
        "state": DeliveryState.QUEUED,
    }
    return StoredMessage.model_validate({**basis, **fields})


def status(
    state: DeliveryState, provider_id: str = "p1", reference: str | None = None, **fields: Fields
) -> StoredStatus:
    basis: Fields = {
        "id": new_id(),
        "message_id": f"acc:{provider_id}",
        "account_id": "acc",
        "contact_key": "c",
        "provider_id": provider_id,
        "state": state,
        "provider_state": state.value,
        "reference": reference,
        "occurred_at": NOW,
        "correlation_id": "c",
    }
    return StoredStatus.model_validate({**basis, **fields})


@pytest.fixture
def outbound(parts: Parts) -> OutboundStore:
    return OutboundStore(parts.store)


async def only(parts: Parts) -> StoredMessage:
    (stored,) = await parts.interactions.messages("i1", 10)
    return stored


async def test_of_many_who_claim_a_message_one_gets_it(parts: Parts, outbound: OutboundStore) -> None:
    await parts.interactions.record(messages=[message()])
    won = await asyncio.gather(*(outbound.claim(message(), f"s{n}", NOW) for n in range(8)))
    assert sum(won) == 1
    (queued,) = await outbound.queue_of("acc", "c")
    assert (queued.attempts, queued.claimed_by) == (1, f"s{won.index(True)}")


async def test_who_read_a_message_before_it_was_tried_cannot_claim_it_afterwards(
    parts: Parts, outbound: OutboundStore
) -> None:
    await parts.interactions.record(messages=[message()])
    await outbound.claim(message(), "one", NOW)
    await outbound.release(message(), "other", None)
    assert (await only(parts)).claimed_by == "one"
    await outbound.release(message(), "one", LATER)
    assert not await outbound.claim(message(), "other", NOW)
    stored = await only(parts)
    assert (stored.claimed_by, stored.not_before) == (None, LATER)
    assert await outbound.claim(stored, "other", NOW)


def test_the_order_is_that_of_each_log_and_the_older_interaction_comes_first() -> None:
    said = [
        message(1, id="b1", interaction_id="new", received_at=LATER),
        message(2, id="a2", received_at=NOW - timedelta(seconds=5)),  # by the clock of another host
        message(1, id="a1"),
        message(3, id="a3", received_at=LATER + timedelta(minutes=1)),
    ]
    for order in itertools.permutations(said):
        assert [one.id for one in in_order(order)] == ["a1", "a2", "a3", "b1"]


async def test_what_was_sent_is_not_queued_any_more(parts: Parts, outbound: OutboundStore) -> None:
    await parts.interactions.record(messages=[message(), message(2)])
    await outbound.claim(message(), "one", NOW)
    await outbound.sent(message(), "p1", DeliveryState.QUEUED, LATER)
    assert [one.id for one in await outbound.queue_of("acc", "c")] == ["out2"]
    first, _ = await parts.interactions.messages("i1", 10)
    assert (first.state, first.provider_id, first.sent_at, first.claimed_by) == (
        DeliveryState.SENT,
        "p1",
        LATER,
        None,
    )


@pytest.mark.parametrize("reference", [None, "out1", "somebody else's"])
async def test_statuses_and_the_providers_answer_may_come_in_any_order(
    parts: Parts, outbound: OutboundStore, reference: str | None
) -> None:
    states = [DeliveryState.SENT, DeliveryState.READ, DeliveryState.DELIVERED]
    for order in itertools.permutations([*states, None]):
        for name in ("messages", "statuses"):
            await parts.store.database[name].delete_many({})
        await parts.interactions.record(messages=[message()])
        ranks = []
        for state in order:
            if state is None:
                await outbound.sent(message(), "p1", DeliveryState.SENT, NOW)
            else:
                await parts.interactions.record_statuses([status(state, reference=reference)])
            ranks.append((await only(parts)).state_rank)
        stored = await only(parts)
        assert (stored.state, stored.provider_id) == (DeliveryState.READ, "p1")
        assert ranks == sorted(ranks)


async def test_a_status_of_another_account_changes_nothing(parts: Parts, outbound: OutboundStore) -> None:
    await parts.interactions.record(messages=[message()])
    await outbound.sent(message(), "p1", DeliveryState.SENT, NOW)
    foreign = status(DeliveryState.READ, reference="out1", account_id="other")
    nobody = status(DeliveryState.READ, provider_id="", reference=None)
    await parts.interactions.record_statuses([foreign, nobody])
    assert (await only(parts)).state is DeliveryState.SENT


async def test_a_status_settles_what_was_unconfirmed_and_it_is_not_sent_again(
    parts: Parts, outbound: OutboundStore
) -> None:
    await parts.interactions.record(messages=[message()])
    await outbound.unconfirmed(message(), BLOCKED)
    await parts.interactions.record_statuses([status(DeliveryState.DELIVERED, reference="out1")])
    stored = await only(parts)
    assert (stored.state, stored.state_reason, stored.provider_id) == (DeliveryState.DELIVERED, None, "p1")
    await outbound.unconfirmed(message(), BLOCKED)
    assert (await only(parts)).state is DeliveryState.DELIVERED
    assert await outbound.queue_of("acc", "c") == []


@pytest.mark.parametrize("by_status", [False, True])
async def test_a_failure_is_shown_until_somebody_has_seen_it(
    parts: Parts, outbound: OutboundStore, by_status: bool
) -> None:
    owned = interaction(state="assigned", owner="ann", version=1)
    await parts.interactions.save([Change(None, owned)])
    await parts.queues.show([owned])
    await parts.interactions.record(messages=[message()])
    for _ in range(2):
        if by_status:
            await parts.interactions.record_statuses(
                [status(DeliveryState.FAILED, reference="out1", reason=BLOCKED, id="s1")]
            )
        else:
            await outbound.failed(message(), BLOCKED, NOW)
    shown, (entry,) = await parts.one(), await parts.queues.entries("ann")
    assert shown.failure is not None
    assert (shown.failure.message_id, shown.failure.reason, shown.version) == ("out1", BLOCKED, 2)
    assert entry.failure == shown.failure
    assert (await only(parts)).state_rank == STATUS_RANK[DeliveryState.FAILED]


async def test_a_failure_that_came_after_the_message_was_read_is_not_shown(
    parts: Parts, outbound: OutboundStore
) -> None:
    await parts.interactions.save([Change(None, interaction(version=1))])
    await parts.interactions.record(messages=[message()])
    await outbound.sent(message(), "p1", DeliveryState.SENT, NOW)
    await parts.interactions.record_statuses([status(DeliveryState.READ), status(DeliveryState.FAILED)])
    assert (await parts.one()).failure is None


async def test_a_claim_of_a_dead_sender_is_unconfirmed_and_a_fresh_one_is_left_alone(
    parts: Parts, outbound: OutboundStore
) -> None:
    await parts.interactions.record(messages=[message(), message(2)])
    await outbound.claim(message(), "dead", NOW)
    await outbound.claim(message(2), "alive", LATER)
    stale = await outbound.give_up_claims(LATER, 10)
    assert [one.id for one in stale] == ["out1"]
    states = [one.state for one in await parts.interactions.messages("i1", 10)]
    assert states == [DeliveryState.UNCONFIRMED, DeliveryState.QUEUED]
    assert await outbound.give_up_claims(LATER, 10) == []


async def test_what_should_have_been_sent_is_found_once_in_a_while(parts: Parts, outbound: OutboundStore) -> None:
    claimed, waiting = message(2, claimed_by="one", claimed_at=NOW), message(3, not_before=LATER + timedelta(hours=1))
    await parts.interactions.record(messages=[message(), claimed, waiting, message(4, received_at=LATER)])
    found = await outbound.overdue(LATER, 10)
    assert [one.id for one in found] == ["out1"]
    await outbound.looked_at(found, LATER)
    assert await outbound.overdue(LATER, 10) == []
    assert {one.id for one in await outbound.overdue(LATER + timedelta(seconds=1), 10)} == {"out1", "out4"}


async def test_when_a_customer_last_wrote_is_told_by_the_providers_time(parts: Parts, outbound: OutboundStore) -> None:
    earlier = interaction(id="i0", open=False, state="closed", opened_at=NOW - timedelta(days=3), last_message_at=NOW)
    now = interaction(version=1, opened_at=NOW)
    await parts.interactions.save([Change(None, earlier), Change(None, now)])
    assert await outbound.last_inbound_at(now) == NOW
    assert await outbound.last_inbound(now) is None

    inbound: Fields = {"direction": "inbound", "state": None, "sending": None, "content": Text(text="x")}
    late = message(1, id="acc:m1", provider_id="m1", sent_at=NOW - timedelta(hours=5), received_at=LATER, **inbound)
    ahead = message(2, id="acc:m2", provider_id="m2", sent_at=LATER, received_at=NOW - timedelta(hours=2), **inbound)
    await parts.interactions.record(messages=[late, ahead, message(3)])
    assert await outbound.last_inbound_at(now) == NOW - timedelta(hours=2)
    last = await outbound.last_inbound(now)
    assert last is not None
    assert last.provider_id == "m2"


async def test_a_message_is_found_by_our_id_and_by_the_providers(parts: Parts, outbound: OutboundStore) -> None:
    stands = interaction(contact_key="c")
    inbound = message(1, id="acc:m1", provider_id="m1", direction="inbound", state=None)
    await parts.interactions.record(messages=[inbound, message(2, provider_id="p2"), message(3, contact_key="other")])
    for name, expected in (("acc:m1", "acc:m1"), ("m1", "acc:m1"), ("out2", "out2"), ("p2", "out2")):
        found = await outbound.find(stands, name)
        assert found is not None
        assert found.id == expected
    assert await outbound.find(stands, "out3") is None
