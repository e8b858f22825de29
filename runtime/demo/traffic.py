"""Conversations that are to be had, what must become of each, and the requests that make them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from contracts.partitioning import conversation_key
from runtime.demo.sample import WORDS_OF_A_BUYER, SampleAccount
from runtime.sandbox import meta, twilio
from runtime.sandbox.requests import SignedRequest

PER_CONTACT = 4
REPEATED = 0.05
FIRST_WORDS = (f"hello, I want to {WORDS_OF_A_BUYER} a bicycle", "hello, my bicycle is broken")
COUNTRIES = ("+39", "+44")
FIRST_DIGIT = 3


@dataclass(slots=True)
class Conversation:
    """What one contact writes to one account. `target` is where it must land; None when the sender is refused.

    `accepted` are the provider's ids of the messages that were answered with 200, in the order in which they were.
    """

    account: SampleAccount
    contact: str
    target: str | None
    messages: list[tuple[str, str]]
    repeated: frozenset[str]
    accepted: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key of the conversation."""
        return conversation_key(self.account.id, self.contact)

    def request(self, message_id: str, words: str) -> SignedRequest:
        """The provider's request for one of the messages."""
        number = self.account.number
        match number:
            case meta.MetaNumber():
                part = meta.text(self.contact, message_id, datetime.now(UTC), words)
                return meta.request(number, [part], names={self.contact: f"Customer {self.contact[-4:]}"})
            case twilio.TwilioNumber():
                return twilio.request(number, twilio.text(number, self.contact, message_id, words, "Customer"))


def conversations(accounts: Sequence[SampleAccount], messages: int, chance: random.Random) -> list[Conversation]:
    """So many messages, spread over accounts, providers and contacts, five in a hundred of them to be repeated."""
    run = chance.randrange(10**6)
    made: list[Conversation] = []
    left = messages
    while left:
        size = min(left, PER_CONTACT)
        made.append(_conversation(accounts[len(made) % len(accounts)], run, len(made), size, chance))
        left -= size
    return made


def _conversation(account: SampleAccount, run: int, number: int, size: int, chance: random.Random) -> Conversation:
    contact = f"{chance.choice(COUNTRIES)}{FIRST_DIGIT}{run:06d}{number:05d}"
    first = chance.choice(FIRST_WORDS)
    messages = [(_message_id(account, chance), first if not n else f"and a word more, number {n}") for n in range(size)]
    repeated = frozenset(message_id for message_id, _ in messages if chance.random() < REPEATED)
    return Conversation(account, contact, account.place(contact, first), messages, repeated)


def _message_id(account: SampleAccount, chance: random.Random) -> str:
    unique = f"{chance.getrandbits(128):032x}"
    return f"SM{unique}" if account.type == "twilio" else f"wamid.{unique}"


def expected(made: Sequence[Conversation]) -> Iterator[tuple[str, int]]:
    """How many messages were accepted, by target."""
    for one in made:
        yield one.target or "rejected", len(one.accepted)
