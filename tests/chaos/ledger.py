"""What was answered with success, against what is there afterwards. No I/O.

lost           a customer's message that was answered with 200 and is in no log; an answer that was taken and neither
               reached the phone nor is known as failed or unconfirmed; what an agent's queue does not show
doubled        more than one copy of a customer's message, or a number of a log that no message has
out of order   a message that stands behind one that was taken after it, in a log or on a phone (where the provider did
               not say whether it had an answer, those behind that one may overtake it)
sent twice     a copy of an answer on a customer's phone beyond the first
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

SETTLED = frozenset({"failed", "unconfirmed"})
"""What an answer that is not on the phone must be known as."""


@dataclass(slots=True)
class Conversation:
    """What one customer said to one account, and heard from its agents, as those who said it know.

    `accepted`: the provider's ids of the messages in the order in which each was first answered with 200. `answers`:
    what an agent said and the API has taken, in that order; every one says something else.
    """

    account_id: str
    account_key: str
    contact: str
    accepted: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key of the conversation."""
        return f"{self.account_id}:{self.contact}"


@dataclass(slots=True)
class Log:
    """The log of one interaction: the provider's ids of the customer's messages, in order; how many messages there are
    both ways, and how many numbers were given to them. `shown`: whether all agents' queues show the last of it."""

    inbound: Sequence[str]
    messages: int
    numbers: int
    shown: bool = True


@dataclass(slots=True)
class Found:
    """What is there of a conversation: its logs, the words on the phone in order, the states of outbound messages by
    their words, and which of them the gateway was told are read. `overtaken`: those whose call had an outcome that the
    sender did not know: what was written after them may be there before them."""

    logs: Sequence[Log] = ()
    phone: Sequence[str] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    told_read: frozenset[str] = frozenset()
    overtaken: frozenset[str] = frozenset()


@dataclass(slots=True)
class Figures:
    """The four figures, and a sentence for each thing that is wrong."""

    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    sent_twice: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return self.counts == (0, 0, 0, 0)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Lost, doubled, out of order, sent twice."""
        return self.lost, self.doubled, self.out_of_order, self.sent_twice

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.out_of_order + other.out_of_order,
            self.sent_twice + other.sent_twice,
            [*self.notes, *other.notes],
        )

    @classmethod
    def total(cls, figures: Iterable[Self]) -> "Figures":
        """All of them together."""
        return sum(figures, Figures())


def compare(said: Conversation, found: Found) -> Figures:
    """What is wrong with a conversation."""
    order = _places(said.accepted)
    logs = sorted(found.logs, key=lambda log: min((order.get(one, -1) for one in log.inbound), default=-1))
    stored = [provider_id for log in logs for provider_id in log.inbound]
    lost = [one for one in said.accepted if one not in set(stored)]
    figures = Figures(
        lost=len(lost) + sum(not log.shown for log in logs),
        doubled=_copies(stored) + _unused(logs, len(lost)) + len(set(stored) - order.keys()),
        out_of_order=_descents(_taken(order, stored)),
    )
    figures += _answers(said, found)
    if not figures.clean:
        figures.notes = [f"{said.key}: {note}" for note in (*_said(figures), *_details(said, found, lost, stored))]
    return figures


def _answers(said: Conversation, found: Found) -> Figures:
    there = set(found.phone)
    gone = [one for one in said.answers if one not in there and found.states.get(one) not in SETTLED]
    unknown = [one for one in found.told_read if found.states.get(one) != "read"]
    return Figures(
        lost=len(gone) + len(unknown),
        out_of_order=_descents(_taken(_places(said.answers), _certain(found))),
        sent_twice=_copies(found.phone),
    )


def _certain(found: Found) -> list[str]:
    return [words for words in found.phone if words not in found.overtaken]


def _places(taken: Sequence[str]) -> dict[str, int]:
    return {one: place for place, one in enumerate(taken)}


def _taken(order: Mapping[str, int], there: Sequence[str]) -> list[int]:
    """When each of what is there was taken, without copies."""
    return [order[one] for one in dict.fromkeys(there) if one in order]


def _copies(of: Sequence[str]) -> int:
    return len(of) - len(set(of))


def _unused(logs: Sequence[Log], lost: int) -> int:
    """Numbers that no message has; a message that was lost may have had one."""
    return max(0, sum(log.numbers - log.messages for log in logs) - lost)


def _descents(places: Sequence[int]) -> int:
    """How many stand behind one that came after them."""
    highest, found = -1, 0
    for place in places:
        found += place < highest
        highest = max(highest, place)
    return found


def _said(figures: Figures) -> Iterator[str]:
    names = ("lost", "doubled", "out of order", "sent twice")
    yield from (f"{count} {name}" for name, count in zip(names, figures.counts, strict=True) if count)


def _details(said: Conversation, found: Found, lost: Sequence[str], stored: Sequence[str]) -> Iterator[str]:
    for what, taken, there in (("log", said.accepted, stored), ("phone", said.answers, _certain(found))):
        if _descents(places := _taken(_places(taken), there)):
            yield f"in the {what} stand {places}"
    if lost:
        yield f"not in the log: {lost}"
    if hidden := sum(not log.shown for log in found.logs):
        yield f"{hidden} interactions are not as the agents' queues show them"
    if missing := {one: found.states.get(one, "not stored") for one in said.answers if one not in set(found.phone)}:
        yield f"not on the phone: {missing}"
    if unknown := {one: found.states.get(one, "not stored") for one in found.told_read}.items():
        yield from (f"told to be read and {state}: {one}" for one, state in unknown if state != "read")
    if twice := [words for words, count in Counter(found.phone).items() if count > 1]:
        yield f"on the phone more than once: {twice}"
