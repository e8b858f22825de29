"""How much is before the routers and the workers, and how long it waits. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runtime.store.membership import Doing, Member

STAGES = ("router", "worker")
"""The groups of those through whose hands every message goes, in the order of the way."""


@dataclass(frozen=True, slots=True)
class Load:
    """AMQP messages that wait at the broker, that somebody has in hand, and how long one takes from the broker through
    all stages."""

    waiting: int
    in_hand: int
    wait_s: float

    @property
    def backlog(self) -> int:
        """All that is on the way."""
        return self.waiting + self.in_hand


IDLE = Load(0, 0, 0.0)


def load_of(waiting: Mapping[str, int], members: Sequence[Member]) -> Load:
    """The load, from what waits at the broker for each stage, and what its live members say."""
    in_hand = 0
    wait_s = 0.0
    for stage in STAGES:
        parts = list(_parts(stage, members).values())
        in_hand += sum(int(part["in_hand"]) for part in parts)
        wait_s += _wait_s(waiting.get(stage, 0), parts)
    return Load(sum(waiting.values()), in_hand, wait_s)


def full(stage: str, members: Sequence[Member], partitions: int, most: int) -> list[int]:
    """The partitions for which something may wait at the broker: those that nobody has, or of which somebody has `most`
    messages in hand. Of the others the broker has handed out all there is."""
    parts = _parts(stage, members)
    return [number for number in range(partitions) if int(parts.get(str(number), {}).get("in_hand", most)) >= most]


def _wait_s(waiting: int, parts: Sequence[Doing]) -> float:
    """How long a message waits: for those before it, and in hand. Seconds in hand over messages finished is the mean
    (Little's law), and needs no clocks that agree."""
    rate = max(1.0, sum(float(part["rate"]) for part in parts))
    done = sum(int(part["done"]) for part in parts)
    held_s = sum(float(part["held_s"]) for part in parts)
    in_hand = sum(int(part["in_hand"]) for part in parts)
    return waiting / rate + (held_s / done if done else in_hand / rate)


def _parts(stage: str, members: Sequence[Member]) -> dict[str, Doing]:
    parts: dict[str, Doing] = {}
    for member in members:
        if member.group == stage:
            parts.update(member.doing.get("partitions", {}))
    return parts
