"""How the pipeline stands, put together from what the broker counts and what the processes say of themselves.

The broker tells, over AMQP, what waits in a queue and how many consume it; each process says with its heartbeat which
partitions it owns, what it has in hand, and how fast it acknowledges. The rate at which messages come in follows from
two readings. So it works with any broker, without a management plugin.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from contracts.pipeline import DeadLetterFigures, JournalFigures, PartitionFigures, Pipeline, StageFigures
from contracts.topology import DEAD_LETTERS, ERRANDS, router_queue, send_key, work_key
from runtime.attendance import GROUP
from runtime.broker import Broker, Standing, standings
from runtime.clock import Clock
from runtime.store.deadletters import DeadLetterStore
from runtime.store.membership import Doing, Member, Roll

STAGES: dict[str, Callable[[int], str]] = {"router": router_queue, "worker": work_key, "sender": send_key}
"""The stages that are parted, in the order of the way, and the queue of each partition."""
SINGLE = {"errands": ERRANDS, "dead_letters": DEAD_LETTERS}
LEAST_S, MOST_S = 1.0, 60.0
"""How far apart two readings must be for a rate, and may be."""
IDLE = Standing(0, 0)


@dataclass(frozen=True, slots=True)
class Owned:
    """A partition as its owner sees it."""

    owner: str
    in_hand: int
    rate: float
    lag_s: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found at one moment, in seconds of a clock that never goes back."""

    at: float
    queues: Mapping[str, Standing]
    members: Sequence[Member]


class PipelineReader:
    """Reads the pipeline. The first time takes a second, for a rate needs two readings; then the last one serves.

    Args:
        partitions: asked each time for how many there are.
        ttl_s: the age of a heartbeat at which its instance counts as gone.
    """

    def __init__(
        self,
        broker: Broker,
        roll: Roll,
        letters: DeadLetterStore,
        partitions: Callable[[], int],
        ttl_s: float,
        clock: Clock,
    ) -> None:
        self._broker = broker
        self._roll = roll
        self._letters = letters
        self._partitions = partitions
        self._ttl_s = ttl_s
        self._clock = clock
        self._last: Reading | None = None
        self._shown: Pipeline | None = None
        self._reading = asyncio.Lock()

    async def read(self) -> Pipeline:
        """How everything stands; asked again within a second, what was said then.

        Raises:
            Unavailable: broker or database are away.
        """
        async with self._reading:
            before = self._last
            if before is None or not 0 <= time.monotonic() - before.at <= MOST_S:
                before = await self._look()
                await asyncio.sleep(LEAST_S)
            elif self._shown is not None and time.monotonic() - before.at < LEAST_S:
                return self._shown
            now = self._last = await self._look()
            self._shown = await self._pipeline(before, now)
            return self._shown

    async def _look(self) -> Reading:
        queues = [name(number) for name in STAGES.values() for number in range(self._partitions())]
        found, members = await asyncio.gather(standings(self._broker, [*queues, *SINGLE.values()]), self._roll.call())
        return Reading(time.monotonic(), found, [one for one in members if one.silent_s < self._ttl_s])

    async def _pipeline(self, before: Reading, now: Reading) -> Pipeline:
        count = self._partitions()
        stages = [
            stage_of(stage, [(number, name(number)) for number in range(count)], before, now)
            for stage, name in STAGES.items()
        ]
        stages += [stage_of(stage, [(None, queue)], before, now) for stage, queue in SINGLE.items()]
        waiting = next(stage.depth + stage.in_hand for stage in stages if stage.stage == "dead_letters")
        return Pipeline(
            at=self._clock(),
            partitions=count,
            stages=tuple(stages),
            dead_letters=DeadLetterFigures(open=await self._letters.open(), waiting=waiting),
            journals=tuple(_journals(now.members)),
        )


def stage_of(stage: str, queues: Sequence[tuple[int | None, str]], before: Reading, now: Reading) -> StageFigures:
    """The figures of a stage with these (partition, queue) pairs."""
    held_before, held = _owned(stage, before), _owned(stage, now)
    parts = tuple(
        _figures(number, queue, before, now, held_before.get(number or 0), held.get(number or 0))
        for number, queue in queues
    )
    lags = [part.lag_s for part in parts]
    return StageFigures(
        stage=stage,
        depth=sum(part.depth for part in parts),
        in_hand=sum(part.in_hand for part in parts),
        rate_in=round(sum(part.rate_in for part in parts), 2),
        rate_out=round(sum(part.rate_out for part in parts), 2),
        lag_s=None if None in lags else max((lag for lag in lags if lag is not None), default=0.0),
        consumers=sum(part.consumers for part in parts),
        instances=tuple(sorted({part.owner for part in parts if part.owner is not None})),
        partitions=parts,
    )


def _figures(
    number: int | None, queue: str, before: Reading, now: Reading, was: Owned | None, held: Owned | None
) -> PartitionFigures:
    standing, earlier = now.queues.get(queue, IDLE), before.queues.get(queue, IDLE)
    in_hand, rate_out = (held.in_hand, held.rate) if held else (0, 0.0)
    grown = standing.depth + in_hand - earlier.depth - (was.in_hand if was else 0)
    span = now.at - before.at
    lag_s = held.lag_s if held and in_hand else None if standing.depth else 0.0
    return PartitionFigures(
        partition=number,
        queue=queue,
        owner=held.owner if held else None,
        consumers=standing.consumers,
        depth=standing.depth,
        in_hand=in_hand,
        rate_in=round(max(0.0, rate_out + (grown / span if span > 0 else 0.0)), 2),
        rate_out=rate_out,
        lag_s=lag_s,
    )


def _owned(stage: str, reading: Reading) -> dict[int, Owned]:
    """Who owns what; of two who say so while a partition is handed over, the one heard of last."""
    owned: dict[int, Owned] = {}
    members = [one for one in reading.members if one.group == stage]
    for member in sorted(members, key=lambda one: one.silent_s, reverse=True):
        parts: Mapping[str, Doing] = member.doing.get("partitions", {})
        for number, told in parts.items():
            owned[int(number)] = Owned(member.instance, told["in_hand"], told["rate"], told["lag_s"])
    return owned


def _journals(members: Sequence[Member]) -> list[JournalFigures]:
    told = [(one.instance, one.doing["journal"]) for one in members if one.group == GROUP and "journal" in one.doing]
    return [JournalFigures(instance=instance, **figures) for instance, figures in told]
