"""Conversations with customers at the sandbox, as an agent has them."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from contracts.content import Text
from runtime.sandbox.customers import Said
from runtime.sandbox.faults import FaultInput, FaultMode
from runtime.sandbox.phones import PhoneMessage
from tests.integration.accounts import PlayedAccount
from tests.integration.site import Site
from tests.patience import eventually

LAST = "the last answer"
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
        said = Said(contact=contact, content=Text(text="hello"))
        (told,) = await self.site.sandbox.say(self.account.key, [said])
        assert told.accepted, told
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

        seen = await eventually(look)
        assert seen is not None
        return seen

    async def received(self) -> list[PhoneMessage]:
        """What has come in on the customer's phone, in order."""
        phones = await self.desk.site.sandbox.phones(self.desk.account.key, self.contact)
        return [message for phone in phones for message in phone.messages if message.direction == "received"]

    async def phone(self) -> list[str]:
        """The words of it."""
        return [message.words for message in await self.received()]

    async def goes_on(self, *before: str) -> None:
        """The next answer is read, and stands after what the customer got before: nothing came a second time."""
        await self.becomes(await self.answer(LAST), "read")
        assert await self.phone() == [*before, LAST]
