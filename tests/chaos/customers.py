"""Customers who write, and keep account of what was answered with 200.

Each waits for the answer to a message before the next one is told of, as the order of what a provider was told is known
only then. What is not taken is told of again under the same id, as providers do.
"""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from contracts.content import Text
from contracts.errors import SwitchboardError
from runtime.clock import utc_now
from runtime.sandbox.client import SandboxClient
from runtime.sandbox.customers import Said
from runtime.sandbox.played import played_providers
from runtime.sandbox.seam import NamesMessages
from tests.chaos.ledger import Conversation
from tests.integration.accounts import PlayedAccount

MOST_MESSAGES = 8
PAUSE_S = (0.1, 1.0)
AGAIN_S = 0.25
DOUBLED, AT_ONCE, LATE, SWAPPED = 0.06, 0.03, 0.05, 0.1
"""How likely a message is told of twice, twice at the same time, or again after later ones; and two in another order
than they were written."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that a customer wrote, and when."""

    id: str
    at: datetime


class Customers:
    """The ledger of a run, and those who write it."""

    def __init__(self, sandbox: SandboxClient, chance: random.Random) -> None:
        self.conversations: dict[tuple[str, str], Conversation] = {}
        self.repeated = 0
        self.swapped = 0
        self.refused = 0
        self._sandbox = sandbox
        self._chance = chance
        self._numbers = count(chance.randrange(10**6) * 10**4)

    @property
    def messages(self) -> int:
        """How many were answered with 200."""
        return sum(len(one.accepted) for one in self.conversations.values())

    def conversation(self, account: PlayedAccount) -> Conversation:
        """A new customer of an account."""
        made = Conversation(account.id, account.key, f"+39{next(self._numbers):011d}")
        self.conversations[made.account_id, made.contact] = made
        return made

    async def write_until(self, stop: asyncio.Event, accounts: list[PlayedAccount]) -> None:
        """Customer after customer, until the end; nothing that was begun is left untold."""
        while not stop.is_set():
            account = self._chance.choice(accounts)
            one = self.conversation(account)
            for message in self._messages(account):
                await self._say(one, account, message)
                await self._pause(stop)
                if stop.is_set():
                    break

    async def say(self, one: Conversation, account: PlayedAccount, times: int = 1) -> str:
        """One message, told of so many times; its id."""
        message = Message(new_message_id(account), utc_now())
        await self._tell(one, account, message, times)
        one.accepted.append(message.id)
        return message.id

    def _messages(self, account: PlayedAccount) -> list[Message]:
        """Messages in the order in which they are told of, which need not be that in which they were written."""
        began, size = utc_now(), self._chance.randint(1, MOST_MESSAGES)
        messages = [Message(new_message_id(account), began + timedelta(seconds=place)) for place in range(size)]
        for place in range(1, size):
            if self._chance.random() < SWAPPED:
                self.swapped += 1
                messages[place - 1], messages[place] = messages[place], messages[place - 1]
        return messages

    async def _say(self, one: Conversation, account: PlayedAccount, message: Message) -> None:
        if self._chance.random() < AT_ONCE:
            self.repeated += 1
            await asyncio.gather(*(self._tell(one, account, message) for _ in range(2)))
        else:
            twice = self._chance.random() < DOUBLED
            self.repeated += twice
            await self._tell(one, account, message, 1 + twice)
        one.accepted.append(message.id)
        if self._chance.random() < LATE:
            self.repeated += 1
            await self._tell(one, account, Message(self._chance.choice(one.accepted), utc_now()))

    async def _tell(self, one: Conversation, account: PlayedAccount, message: Message, times: int = 1) -> None:
        words = Text(text=f"message {message.id}")
        said = Said(contact=one.contact, name="Ada", content=words, id=message.id, at=message.at)
        while True:
            try:
                (told,) = await self._sandbox.say(account.key, [said], repeat=times - 1)
            except SwitchboardError:
                self.refused += 1
            else:
                self.refused += told.refused
                if told.accepted:
                    return
            await asyncio.sleep(AGAIN_S)

    async def _pause(self, stop: asyncio.Event) -> None:
        await sleep_or(stop, self._chance.uniform(*PAUSE_S))


def new_message_id(account: PlayedAccount) -> str:
    """An id as the account's provider gives it."""
    played = played_providers()[str(account.input["type"])]
    digits = secrets.token_hex(16)
    return played.message_id(digits) if isinstance(played, NamesMessages) else digits


async def sleep_or(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but not beyond the end."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def until(stop: asyncio.Event, work: Callable[[], Awaitable[None]], every_s: float) -> None:
    """Do something again and again until the end."""
    while not stop.is_set():
        await work()
        await sleep_or(stop, every_s)
