"""Sending: what reaches the customer, in which order, how often, and what is known of it afterwards."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from contracts.commands import SEND_COMMANDS, Tell
from contracts.content import Text
from contracts.errors import Unavailable
from contracts.messages import DeliveryState, FailureKind, InboundMessage
from contracts.outbound import OutboundSignal, SendMedia, Signal
from gateway.providers.seam import Limits
from gateway.registry import providers
from runtime.clock import utc_now
from runtime.sandbox.faults import FaultMode
from runtime.settings import Settings
from tests.gateway.send.desk import (
    ADA,
    BEN,
    HASTY,
    SETTINGS,
    TOKEN,
    Desk,
    account_at,
    number_of,
    outbound,
    status_of,
    trigger,
)
from tests.patience import eventually


async def test_a_queued_message_is_sent_once_however_often_it_is_triggered(desk: Desk) -> None:
    await desk.write(outbound("hello", 1))
    sender = await desk.started()
    for _ in range(5):
        await sender.handle([trigger()])
    await desk.until("sent")
    await sender.handle([trigger()])
    await sender.stop()

    (message,) = await desk.stored()
    (got,) = desk.phone()
    assert (got.words, got.reference, got.id) == ("hello", message.id, message.provider_id)
    assert (message.attempts, message.claimed_by, message.claimed_at) == (1, None, None)
    await desk.counted(sent=1)


async def test_the_messages_of_a_conversation_arrive_in_order_and_others_need_not_wait(desk: Desk) -> None:
    desk.fault(FaultMode.RATE_LIMITED, contact=ADA, times=3, retry_after_s=0)
    await desk.write(*(outbound(str(number), number) for number in range(1, 9)))
    await desk.write(*(outbound(str(number), number, BEN) for number in range(1, 9)))
    sender = await desk.started()
    await sender.handle([trigger(ADA, BEN)])
    for contact in (ADA, BEN):
        await desk.until(*["sent"] * 8, contact=contact)
        assert desk.words(contact) == [str(number) for number in range(1, 9)]


async def test_two_senders_at_once_never_send_twice(desk: Desk) -> None:
    contacts = [f"+3933300{number:04}" for number in range(20)]
    for contact in contacts:
        await desk.write(*(outbound(str(number), number, contact) for number in range(1, 6)))
    senders = [await desk.started(name=name) for name in ("one", "other")]
    await asyncio.gather(*(sender.handle([trigger(*contacts)] * 3) for sender in senders))

    for contact in contacts:

        async def all_sent(contact: str = contact) -> bool:
            for sender in senders:
                await sender.handle([trigger(contact)])
            return await desk.states(contact) == ["sent"] * 5

        await eventually(all_sent)
        assert desk.words(contact) == ["1", "2", "3", "4", "5"]


async def test_a_rate_limit_is_waited_out_as_long_as_the_provider_asks(desk: Desk) -> None:
    desk.fault(FaultMode.RATE_LIMITED, retry_after_s=1)
    await desk.write(outbound("hello", 1))
    sender = await desk.started()
    before = utc_now()
    await sender.handle([trigger()])
    await desk.until("sent")
    (message,) = await desk.stored()
    assert utc_now() - before >= timedelta(seconds=1)
    assert (desk.words(), message.attempts) == (["hello"], 2)
    await desk.counted(retried=1, sent=1)


async def test_what_is_never_accepted_fails_at_an_age_with_the_providers_reason(desk: Desk) -> None:
    desk.fault(FaultMode.RATE_LIMITED, times=1000, retry_after_s=0)
    await desk.assigned()
    await desk.write(outbound("hello", 1))
    sender = await desk.started(settings=SETTINGS.model_copy(update={"send_retry_age_s": 0.5}))
    await sender.handle([trigger()])
    await desk.until("failed")
    (message,) = await desk.stored()
    assert message.state_reason is not None
    assert message.state_reason.kind is FailureKind.RATE_LIMITED
    assert desk.words() == []


async def test_a_server_error_by_which_nothing_was_accepted_is_tried_again_in_order(desk: Desk) -> None:
    desk.fault(FaultMode.SERVER_ERROR, times=2)
    await desk.write(outbound("hello", 1), outbound("and more", 2))
    sender = await desk.started()
    await sender.handle([trigger()])
    await desk.until("sent", "sent")
    assert desk.words() == ["hello", "and more"]
    await desk.counted(retried=2)


@pytest.mark.parametrize("mode", [FaultMode.SLOW, FaultMode.CUT_AFTER])
async def test_an_unknown_outcome_is_never_sent_again_and_settled_by_a_status(desk: Desk, mode: FaultMode) -> None:
    desk.fault(mode, delay_s=8)
    message = outbound("hello", 1)
    await desk.write(message)
    sender = await desk.started(settings=HASTY)
    await sender.handle([trigger()])
    await desk.until("unconfirmed")
    await sender.handle([trigger()])
    (got,) = desk.phone()

    await desk.parts.interactions.record_statuses([status_of(message, DeliveryState.DELIVERED, got.id, message.id)])
    (settled,) = await desk.stored()
    assert (settled.state, settled.provider_id, settled.state_reason) == (DeliveryState.DELIVERED, got.id, None)
    assert desk.words() == ["hello"]


async def test_a_connection_that_is_refused_is_tried_again(desk: Desk) -> None:
    await desk.parts.configure(account_at("http://127.0.0.1:9/meta"))
    await desk.write(outbound("hello", 1))
    sender = await desk.started()
    await sender.handle([trigger()])

    async def tried() -> bool:
        return (await desk.stored())[0].attempts >= 2

    await eventually(tried)
    await desk.parts.configure(desk.account)
    await desk.until("sent")
    assert desk.words() == ["hello"]


async def test_a_status_that_is_there_before_the_provider_has_answered_is_kept(desk: Desk) -> None:
    desk.fault(FaultMode.SLOW, delay_s=2)
    message = outbound("hello", 1)
    await desk.write(message)
    sender = await desk.started()
    await sender.handle([trigger()])

    async def arrived() -> bool:
        return bool(desk.phone())

    await eventually(arrived)
    got = desk.phone()[0].id
    await desk.parts.interactions.record_statuses([status_of(message, DeliveryState.READ, got, None)])
    assert await desk.states() == ["queued"]
    await desk.until("read")
    assert (await desk.stored())[0].provider_id == got


async def test_a_refusal_is_shown_to_whoever_has_the_conversation_and_the_next_message_goes(desk: Desk) -> None:
    interaction = await desk.assigned()
    nothing = SendMedia(media="image", file_id="nowhere")
    await desk.write(outbound(nothing, 1), outbound("hello", 2))
    sender = await desk.started()
    await sender.handle([trigger()])
    await desk.until("failed", "sent")

    shown = await desk.parts.interactions.get(interaction.id)
    (entry,) = await desk.parts.queues.entries("ann")
    assert shown is not None
    assert shown.failure is not None
    assert shown.failure.reason is not None
    assert shown.failure.reason.kind is FailureKind.MEDIA
    assert entry.failure == shown.failure
    await desk.counted(failed=1)


async def test_a_message_of_an_account_that_was_deleted_fails(desk: Desk) -> None:
    await desk.write(outbound("hello", 1, account_id="gone"))
    sender = await desk.started()
    await sender.handle([trigger(account="gone")])
    await desk.until("failed")


async def test_a_file_of_ours_is_handed_to_the_provider(desk: Desk) -> None:
    async def parts_of_file() -> AsyncIterator[bytes]:
        yield b"\x89PNG"
        yield b"1234"

    await desk.media.put("f1", parts_of_file(), "image/png", "cat.png")
    await desk.write(outbound(SendMedia(media="image", file_id="f1", caption="a cat"), 1))
    sender = await desk.started()
    await sender.handle([trigger()])
    await desk.until("sent")
    assert [(message.kind, message.words) for message in desk.phone()] == [("image", "a cat")]


async def test_an_account_in_trouble_does_not_hold_up_another(desk: Desk) -> None:
    other = account_at(
        desk.account.credentials["api_url"],
        id="other",
        key="OTHER",
        credentials={**desk.account.credentials, "phone_number_id": "2003"},
    )
    await desk.parts.configure(other)
    desk.fault(FaultMode.SLOW, account="SHOP", times=1000, delay_s=3)
    for number in range(40):
        await desk.write(outbound("hello", 1, f"+3933311{number:04}"))
    await desk.write(outbound("hello", 1, BEN, account_id="other"))
    desk.sandbox.numbers.put(number_of(other))
    sender = await desk.started(settings=SETTINGS.model_copy(update={"send_account_concurrency": 4}))
    await sender.handle([trigger(*(f"+3933311{number:04}" for number in range(40)))])
    await sender.handle([trigger(BEN, account="other")])
    await desk.until("sent", contact=BEN)
    assert await desk.states("+39333110039") == ["queued"], "the trouble was over before the other had its turn"


async def test_a_customer_gets_no_more_messages_at_once_than_the_provider_allows(desk: Desk) -> None:
    await desk.write(*(outbound(str(number), number) for number in range(1, 5)))
    sender = await desk.started(limits=Limits(per_second=1000, recipient_interval_s=0.3, recipient_burst=2))
    before = asyncio.get_running_loop().time()
    await sender.handle([trigger()])
    await desk.until(*["sent"] * 4)
    assert asyncio.get_running_loop().time() - before >= 0.6


async def test_stopping_finishes_what_is_under_way_and_leaves_the_rest_queued(desk: Desk) -> None:
    desk.fault(FaultMode.SLOW, delay_s=2)
    await desk.write(outbound("first", 1), outbound("second", 2))
    sender = await desk.started()
    await sender.handle([trigger()])

    async def arrived() -> bool:
        return bool(desk.phone())

    await eventually(arrived)
    await sender.stop()
    assert await desk.states() == ["sent", "queued"]
    with pytest.raises(Unavailable):
        await sender.check()


async def test_what_cannot_be_finished_in_time_is_unconfirmed_when_it_has_left(desk: Desk) -> None:
    desk.fault(FaultMode.SLOW, delay_s=5)
    hurried = Settings(**{**SETTINGS.model_dump(), "send_timeout_s": 20.0, "stop_deadline_s": 6.2})
    await desk.write(outbound("first", 1))
    sender = await desk.started(settings=hurried)
    await sender.handle([trigger()])

    async def arrived() -> bool:
        return bool(desk.phone())

    await eventually(arrived)
    await sender.stop()
    assert await desk.states() == ["unconfirmed"]


async def test_a_signal_reaches_the_customers_phone(desk: Desk) -> None:
    said = InboundMessage(provider_id="wamid.1", contact_key=ADA, sent_at=utc_now(), content=Text(text="hello"))
    desk.sandbox.phones.say("SHOP", said)
    signal = OutboundSignal(account_id="shop", contact_key=ADA, signal=Signal.READ, message_id="wamid.1")
    sender = await desk.started()
    await sender.handle([SEND_COMMANDS.dump_json([Tell(correlation_id="c", signal=signal)])])

    async def read() -> bool:
        return desk.phone()[0].read

    await eventually(read)


async def test_nothing_that_is_logged_holds_a_credential_or_the_text(desk: Desk) -> None:
    desk.fault(FaultMode.RATE_LIMITED, retry_after_s=0)
    await desk.write(outbound("a word that nobody may read", 1))
    sender = await desk.started()
    with capture_logs() as logs:
        await sender.handle([trigger()])
        await desk.until("sent")
    said = repr(logs)
    assert "send.outcome" in said
    assert not [word for word in (TOKEN, "a word that nobody") if word in said]


async def test_an_error_of_ours_fails_the_message_and_not_the_sender(desk: Desk) -> None:
    class Broken:
        manifest = providers()["meta"].manifest

        def deliver(self, *_arguments: object) -> object:
            raise KeyError("a bug")

        check = deliver

    await desk.write(outbound("hello", 1))
    sender = await desk.started(known={"meta": Broken()})
    await sender.handle([trigger(), b"not a command"])
    await desk.until("failed")
    await sender.check()
    assert len(desk.parts.said.letters) == 1
