"""The sweep of outbound messages."""

from datetime import timedelta

from contracts.commands import Send
from contracts.messages import DeliveryState
from runtime.store.outbound import OutboundStore
from tests.parts import NOW, Parts
from tests.runtime.store.test_outbound import message
from workers.sends import SendSweep

OVERDUE, DEAD = timedelta(seconds=10), timedelta(seconds=60)


def sweep_of(parts: Parts) -> SendSweep:
    return SendSweep(OutboundStore(parts.store), parts.outbox, parts.clock, overdue=OVERDUE, dead=DEAD)


async def test_what_nobody_sent_is_said_again_once_a_conversation_and_not_at_every_sweep(parts: Parts) -> None:
    await parts.interactions.record(messages=[message(), message(2), message(3, contact_key="other")])
    await sweep_of(parts)()
    assert parts.said.sends == []
    parts.clock.pass_(11)
    await sweep_of(parts)()
    await sweep_of(parts)()
    said = [(send.account_id, send.contact_key) for send in parts.said.sends if isinstance(send, Send)]
    assert sorted(said) == [("acc", "c"), ("acc", "other")]


async def test_what_a_dead_sender_had_in_hand_is_unconfirmed_and_what_stands_behind_it_goes_on(parts: Parts) -> None:
    claimed = message(claimed_by="dead", claimed_at=NOW)
    await parts.interactions.record(messages=[claimed, message(2, received_at=NOW + timedelta(seconds=61))])
    parts.clock.pass_(61)
    await sweep_of(parts)()
    states = [one.state for one in await parts.interactions.messages("i1", 10)]
    assert states == [DeliveryState.UNCONFIRMED, DeliveryState.QUEUED]
    assert [send.contact_key for send in parts.said.sends if isinstance(send, Send)] == ["c"]
