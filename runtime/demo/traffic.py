"""Conversations that are to be had, and what must become of each."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from contracts.content import Text
from contracts.partitioning import conversation_key
from runtime.demo.sample import WORDS_OF_A_BUYER, SampleAccount
from runtime.sandbox.customers import Said

PER_CONTACT = 4
REPEATED = 0.05
FIRST_WORDS = (f"hello, I want to {WORDS_OF_A_BUYER} a bicycle", "hello, my bicycle is broken")
COUNTRIES = ("+39", "+44")
FIRST_DIGIT = 3


@dataclass(slots=True)
class Conversation:
    """What one contact writes to one account. `target` is where it must land; None when the sender is refused.

    `repeated` are the places of the messages that the provider delivers again. `accepted` are the provider's ids of
    the messages that were answered with 200, in the order in which they were; `answers` is what an agent wrote, in
    order.
    """

    account: SampleAccount
    contact: str
    target: str | None
    messages: list[str]
    repeated: frozenset[int]
    accepted: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key of the conversation."""
        return conversation_key(self.account.id, self.contact)

    def said(self, place: int, message_id: str | None = None) -> Said:
        """One of the messages, to be said by the customer."""
        words = Text(text=self.messages[place])
        return Said(contact=self.contact, name=f"Customer {self.contact[-4:]}", content=words, id=message_id)


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
    messages = [first if not n else f"and a word more, number {n}" for n in range(size)]
    repeated = frozenset(n for n in range(size) if chance.random() < REPEATED)
    return Conversation(account, contact, account.place(contact, first), messages, repeated)
