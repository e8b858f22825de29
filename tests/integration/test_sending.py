"""Answers on their way to customers whose providers fail in every way that the sandbox knows.

Each ends with the right state of the message, and with one copy at the customer or none; and what is written after it
arrives after it.
"""

from collections.abc import AsyncIterator

import pytest

from runtime.sandbox.faults import FaultMode
from tests.integration.accounts import queue_step
from tests.integration.chats import Chat, Desk
from tests.integration.site import Site
from tests.patience import eventually

PROVIDERS = ("kaleyra", "meta", "sinch", "twilio")
CODES = {"kaleyra": "131026", "meta": "131026", "sinch": "RECIPIENT_NOT_REACHABLE", "twilio": "63024"}
FIRST = "the first answer"


@pytest.fixture(scope="module", params=PROVIDERS)
async def desk(site: Site, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    agent = await site.agent()
    account = await site.played_account(request.param, queue_step(await site.queue(agent)))
    yield Desk(site, account, agent)
    await site.sandbox.clear_faults()


@pytest.fixture
async def chat(desk: Desk) -> Chat:
    return await desk.conversation()


async def test_an_answer_is_read_and_known_by_the_id_that_the_provider_gave_it(chat: Chat) -> None:
    message = await chat.becomes(await chat.answer(FIRST), "read")
    (received,) = await chat.received()
    assert (received.id, received.words) == (message["provider_id"], FIRST)
    await chat.goes_on(FIRST)


async def test_answers_that_are_written_quickly_arrive_in_order(chat: Chat) -> None:
    words = [f"answer {number}" for number in range(8)]
    ids = [await chat.answer(answer) for answer in words]
    for message_id in ids:
        await chat.becomes(message_id, "read")
    assert await chat.phone() == words


async def test_a_rate_limit_is_waited_out_and_the_message_comes_once(chat: Chat) -> None:
    await chat.goes_wrong(FaultMode.RATE_LIMITED, times=2, retry_after_s=1)
    message = await chat.becomes(await chat.answer(FIRST), "read")
    assert message["attempts"] == 3
    await chat.goes_on(FIRST)


async def test_a_provider_with_a_fault_of_its_own_is_asked_again_and_the_message_comes_once(chat: Chat) -> None:
    await chat.goes_wrong(FaultMode.SERVER_ERROR, times=2, retry_after_s=1)
    message = await chat.becomes(await chat.answer(FIRST), "read")
    assert message["attempts"] == 3
    await chat.goes_on(FIRST)


async def test_a_slow_answer_is_waited_for(chat: Chat) -> None:
    await chat.goes_wrong(FaultMode.SLOW, delay_s=1)
    message = await chat.becomes(await chat.answer(FIRST), "read")
    assert message["attempts"] == 1
    await chat.goes_on(FIRST)


async def test_an_answer_that_is_too_slow_leaves_it_to_the_statuses_to_say_that_it_came(chat: Chat) -> None:
    await chat.goes_wrong(FaultMode.SLOW, delay_s=8)
    message = await chat.becomes(await chat.answer(FIRST), "read")
    assert message["attempts"] == 1
    await chat.goes_on(FIRST)


async def test_a_message_that_was_accepted_without_an_answer_is_known_by_its_statuses(chat: Chat) -> None:
    await chat.goes_wrong(FaultMode.CUT_AFTER)
    message = await chat.becomes(await chat.answer(FIRST), "read")
    (received,) = await chat.received()
    assert (message["attempts"], message["provider_id"]) == (1, received.id)
    await chat.goes_on(FIRST)


async def test_a_message_of_which_nothing_is_heard_is_unconfirmed_and_not_sent_again(chat: Chat) -> None:
    await chat.goes_wrong(FaultMode.CUT_AFTER)
    await chat.goes_wrong(FaultMode.STATUSES_NONE)
    first = await chat.answer(FIRST)
    message = await chat.becomes(first, "unconfirmed")
    assert message["state_reason"]["sentence"]
    await chat.goes_on(FIRST)
    assert (await chat.becomes(first, "unconfirmed"))["attempts"] == 1


async def test_a_connection_that_breaks_before_acceptance_leaves_the_message_unconfirmed(chat: Chat) -> None:
    await chat.goes_wrong(FaultMode.CUT_BEFORE)
    first = await chat.answer(FIRST)
    await chat.becomes(first, "unconfirmed")
    await chat.goes_on()
    assert (await chat.becomes(first, "unconfirmed"))["attempts"] == 1


@pytest.mark.parametrize(
    "mode", [FaultMode.STATUSES_REVERSED, FaultMode.STATUSES_REPEATED, FaultMode.STATUSES_EARLY], ids=str
)
async def test_statuses_in_any_order_and_number_end_as_read(chat: Chat, mode: FaultMode) -> None:
    await chat.goes_wrong(mode)
    first = await chat.answer(FIRST)
    await chat.becomes(first, "read")
    await chat.goes_on(FIRST)
    (received, _) = await chat.received()
    assert {str(state) for state in received.statuses} == {"sent", "delivered", "read"}
    assert (await chat.becomes(first, "read"))["provider_id"] == received.id


async def test_without_statuses_a_message_stays_sent(chat: Chat) -> None:
    await chat.goes_wrong(FaultMode.STATUSES_NONE)
    first = await chat.answer(FIRST)
    await chat.becomes(first, "sent")
    await chat.goes_on(FIRST)
    await chat.becomes(first, "sent")


async def test_a_failure_is_told_with_the_providers_code_and_a_sentence(chat: Chat) -> None:
    code = CODES[str(chat.desk.account.input["type"])]
    await chat.goes_wrong(FaultMode.STATUSES_FAILED, code=code)
    reason = (await chat.becomes(await chat.answer(FIRST), "failed"))["state_reason"]
    assert reason["code"] == code
    assert reason["sentence"]


@pytest.mark.thorough
async def test_a_sender_that_is_killed_in_the_middle_of_a_call_sends_nothing_twice(chat: Chat) -> None:
    processes = chat.desk.site.stack.processes
    sender = chat.desk.site.process("sender")
    await chat.goes_wrong(FaultMode.SLOW, delay_s=2)
    first = await chat.answer(FIRST)
    await eventually(chat.received)
    await processes.kill("sender", sender.index, restart=False)
    await processes.stop_one("sender", sender.index)
    await processes.start_one("sender")
    await chat.becomes(first, "read")
    await chat.goes_on(FIRST)
