"""Answers on their way to customers whose providers fail in every way that the sandbox knows.

Each ends with the right state of the message, and with one copy at the customer or none; and what is written after it
arrives after it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from runtime.sandbox.faults import FaultInput, FaultMode
from tests.integration.accounts import PlayedAccount, queue_step
from tests.integration.site import Site, eventually

PROVIDERS = ("kaleyra", "meta", "sinch", "twilio")
CODES = {"kaleyra": "131026", "meta": "131026", "sinch": "RECIPIENT_NOT_REACHABLE", "twilio": "63024"}
FIRST, SECOND = "the first answer", "the second answer"
_contacts = count(393480000000)


@dataclass
class Desk:
    """An account at one provider, and an agent who takes whatever comes in."""

    site: Site
    account: PlayedAccount
    agent: str

    async def conversation(self) -> "Chat":
        """A customer has written, and the agent has taken it."""
        contact = f"+{next(_contacts)}"
        await self.site.say(self.account, contact, "hello")
        interaction = await self.site.interaction(self.account, contact, state="offered")
        taken = await self.site.answer_offer(self.agent, interaction, "accept")
        assert taken.is_success, taken.text
        return Chat(self, contact, str(interaction["id"]))


@dataclass
class Chat:
    """One conversation that the agent has."""

    desk: Desk
    contact: str
    interaction: str

    async def goes_wrong(self, mode: FaultMode, **how: Any) -> None:  # noqa: ANN401 - the fields of a fault
        """Have something go wrong in this conversation."""
        await self.desk.site.sandbox.fault(FaultInput(mode=mode, contact=self.contact, **how))

    async def answer(self, words: str) -> str:
        """Write to the customer; the id of the message."""
        body = {"content": {"kind": "text", "text": words}}
        return str((await self.desk.site.call("POST", f"/api/interactions/{self.interaction}/messages", body))["id"])

    async def sent(self) -> list[dict[str, Any]]:
        """What was written to the customer, as it is stored."""
        path = f"/api/interactions/{self.interaction}/messages"
        items = (await self.desk.site.call("GET", path))["items"]
        return [message for message in items if message["direction"] == "outbound"]

    async def becomes(self, message_id: str, state: str) -> dict[str, Any]:
        """The message, once it has a state."""

        async def look() -> dict[str, Any] | None:
            (found,) = [message for message in await self.sent() if message["id"] == message_id]
            assert state == "failed" or found["state"] != "failed", found["state_reason"]
            return found if found["state"] == state else None

        seen = await eventually(look, within_s=20)
        assert seen is not None
        return seen

    async def phone(self) -> list[str]:
        """What the customer got, in order."""
        return [message.words for message in await self.desk.site.received(self.desk.account, self.contact)]

    async def goes_on(self, *before: str) -> None:
        """The next answer is read, and stands after what the customer got before: nothing came a second time."""
        await self.becomes(await self.answer(SECOND), "read")
        assert await self.phone() == [*before, SECOND]


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
    (received,) = await chat.desk.site.received(chat.desk.account, chat.contact)
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
    (received,) = await chat.desk.site.received(chat.desk.account, chat.contact)
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
    (received, _) = await chat.desk.site.received(chat.desk.account, chat.contact)
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
