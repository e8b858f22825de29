"""The replayer: takes replays in hand, one at a time, and carries each out from its cursor on.

The cursor is stored together with the counts, after what was read has taken effect: a replayer that dies is followed
by another one, which reads at most one batch again and finds in the database what was done of it.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from contracts.errors import SwitchboardError, Unavailable, Unprocessable
from contracts.events import EVENTS, Event
from contracts.replay import Replay, ReplayMode, ReplayState
from router.replay.pacing import Pace
from router.replay.redeliver import Redelivery
from router.replay.repair import Repair
from router.replay.session import Interrupted, Session
from router.replay.simulate import Simulation
from router.replay.survey import Survey
from runtime.broker import Broker, EventLog
from runtime.broker.stream import Bounds, LogEntry, LogReader, Start
from runtime.bundles import unbundle
from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.eventlog import received_at, too_early
from runtime.layout import Layout
from runtime.logging import get_logger
from runtime.proposals import proposed
from runtime.publishing import Outbox
from runtime.store.deadletters import DeadLetterStore
from runtime.store.effects import Effect, EffectStore
from runtime.store.interactions import InteractionStore
from runtime.store.replays import ReplayStore
from runtime.store.whitelists import WhitelistRules

log = get_logger(__name__)

LOOK_S = 0.5
RETRY_S = 2.0
BATCH = 500
"""Events that are looked up together, about."""
ARRIVAL_S = 0.5
SILENCE_S = 30.0
SKEW = timedelta(minutes=1)
"""By how much the clocks of gateways and broker may differ: the broker finds a moment by its own."""
LATE = timedelta(hours=1)
"""How long after the end of the time asked for the log is looked through for events that a gateway had kept back."""


class Mode(Protocol):
    """What is done with a stretch of the log."""

    async def handle(self, events: Sequence[Event], effects: Mapping[str, Effect]) -> Counter[str]:
        """Do it; how many events, by what was done."""
        ...


@dataclass(slots=True)
class Stretch:
    """A part of the log: its events, and the offset of the last message and the latest time in it."""

    events: list[Event]
    offset: int
    position: datetime | None = None


class Replayer:
    """A part of a process."""

    def __init__(
        self,
        broker: Broker,
        outbox: Outbox,
        configuration: ConfigurationCache,
        replays: ReplayStore,
        letters: DeadLetterStore,
        effects: EffectStore,
        interactions: InteractionStore,
        rules: WhitelistRules,
        clock: Clock,
        instance: str,
        partitions: int | Layout,
        log_name: str | None = None,
    ) -> None:
        self._broker = broker
        self._event_log = EventLog(broker) if log_name is None else EventLog(broker, log_name)
        self._outbox = outbox
        self._configuration = configuration
        self._replays = replays
        self._letters = letters
        self._effects = effects
        self._interactions = interactions
        self._rules = rules
        self._clock = clock
        self._instance = instance
        self._partitions = partitions
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look for replays."""
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Take nothing more; what is in hand goes on elsewhere, from its cursor."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def check(self) -> None:
        """Return when it works.

        Raises:
            Unavailable: it has ended.
        """
        if self._task is None or self._task.done():
            raise Unavailable("the replayer has ended")

    async def _work(self) -> None:
        while True:
            try:
                replay = await self._replays.claim(self._instance, self._clock())
                if replay is not None:
                    await self.carry_out(replay)
                    continue
            except Unavailable as error:
                log.warning("replayer.waiting", reason=str(error))
            except Exception:
                log.exception("replayer.failed")
            await asyncio.sleep(LOOK_S)

    async def carry_out(self, replay: Replay) -> None:
        """Take a claimed replay to its end, or as far as it is to go.

        Raises:
            Unavailable: the database is away; the claim runs out, and whoever takes it goes on from the cursor.
        """
        begun = await self._replays.begin(replay, self._instance, self._clock())
        if begun is None:
            return
        session = Session(begun, self._replays, self._instance, self._clock)
        log.info("replay.begun", id=replay.id, mode=replay.mode, cursor=replay.cursor)
        try:
            await self._until_done(session)
            state, reason = ReplayState.DONE, ""
        except Interrupted:
            state, reason = ReplayState.STOPPED, ""
        except asyncio.CancelledError:
            await self._replays.let_go(session.replay, self._instance, {})
            raise
        except Unavailable:
            raise
        except SwitchboardError as error:
            state, reason = ReplayState.FAILED, str(error)
        except Exception as error:
            log.exception("replay.failed", id=replay.id)
            state, reason = ReplayState.FAILED, f"an error of ours, and logged: {type(error).__name__}"
        await self._end(session, state, reason)

    async def _end(self, session: Session, state: ReplayState, reason: str) -> None:
        last_word = {"state": state, "reason": reason, "waiting": "", "finished_at": self._clock()}
        await self._replays.let_go(session.replay, self._instance, last_word)
        log.info("replay.ended", id=session.replay.id, state=state, reason=reason, counts=session.replay.counts)

    async def _until_done(self, session: Session) -> None:
        while True:
            try:
                await self._go_through(session)
            except Unavailable as error:
                log.warning("replay.waiting", id=session.replay.id, reason=str(error))
                await session.pause(RETRY_S, str(error))
            else:
                return

    async def _go_through(self, session: Session) -> None:
        bounds = await self._event_log.bounds()
        if bounds is None:
            return
        await self._begin(session, bounds)
        last = session.replay.last_offset or 0
        mode = await self._mode(session, last)
        async for stretch in self._stretches(session, last):
            await self._step(session, mode, stretch)

    async def _begin(self, session: Session, bounds: Bounds) -> None:
        """See that the log still has what is asked for, and note where it ends.

        Raises:
            Unprocessable: it has not.
        """
        replay = session.replay
        if reason := too_early(replay, bounds):
            raise Unprocessable(reason)
        if replay.last_offset is None:
            await session.save(first_offset=bounds.first.offset, last_offset=bounds.last.offset)

    async def _mode(self, session: Session, last: int) -> Mode:
        replay = session.replay
        pace = Pace(self._broker, self._partitions, replay.rate)
        match replay.mode:
            case ReplayMode.REPAIR:
                survey = Survey()
                if not (replay.dry_run or replay.hold_replies):
                    await self._survey(session, survey, last)
                return Repair(session, self._effects, self._letters, self._outbox, pace, survey, self._clock)
            case ReplayMode.REDELIVER:
                return Redelivery(session, self._interactions, self._outbox, pace)
            case ReplayMode.SIMULATE:
                await self._configuration.changed()
                current = self._configuration.current
                before, after = (None, current) if replay.proposed is None else (current, replay.proposed)
                wanted = after if after is current else proposed(current, replay.proposed or {})
                return Simulation(session, self._effects, self._interactions, self._rules, before, wanted)

    async def _survey(self, session: Session, survey: Survey, last: int) -> None:
        async with self._event_log.read(await self._start(session.replay)) as reader:
            async for entry in _entries(reader, session, last):
                survey.take(_events(entry))

    async def _start(self, replay: Replay) -> Start:
        if replay.cursor is not None:
            return replay.cursor
        if replay.filter.since is None:
            return "first"
        bounds = await self._event_log.bounds()
        newest = received_at(bounds.last.body) if bounds else None
        return min(filter(None, (replay.filter.since, newest))) - SKEW

    async def _stretches(self, session: Session, last: int) -> AsyncIterator[Stretch]:
        """The log from the cursor on, in parts, up to where it ended when the replay began."""
        until = session.replay.filter.until
        stretch: Stretch | None = None
        async with self._event_log.read(await self._start(session.replay)) as reader:
            async with contextlib.aclosing(_entries(reader, session, last)) as entries:
                async for entry in entries:
                    events = _events(entry)
                    stretch = stretch or Stretch([], entry.offset)
                    stretch.events += events
                    stretch.offset = entry.offset
                    stretch.position = max((event.received_at for event in events), default=stretch.position)
                    if until and events and min(event.received_at for event in events) > until + LATE:
                        break
                    if len(stretch.events) >= BATCH:
                        yield stretch
                        stretch = None
            if stretch is not None:
                yield stretch

    async def _step(self, session: Session, mode: Mode, stretch: Stretch) -> None:
        replay = session.replay
        events = [event for event in stretch.events if replay.filter.takes(event)]
        effects = await self._effects.of(events) if events else {}
        counts = Counter(replay.counts)
        counts["read"] += len(stretch.events)
        outcomes = replay.filter.outcomes
        for event in events:
            outcome = effects[event.event_id].outcome
            if not outcomes or outcome in outcomes:
                counts.update(("matched", f"type:{event.type}", f"outcome:{outcome}"))
        if events:
            counts += await mode.handle(events, effects)
        report = mode.report if isinstance(mode, Simulation) else {}
        await session.save(
            cursor=stretch.offset + 1, counts=dict(counts), position=stretch.position, waiting="", **report
        )


async def _entries(reader: LogReader, session: Session, last: int) -> AsyncGenerator[LogEntry, None]:
    """The messages of the log up to the last offset."""
    silent = 0.0
    while True:
        entry = await reader.next(ARRIVAL_S)
        if entry is None:
            silent += ARRIVAL_S
            if (session.replay.cursor or 0) > last:
                return
            if silent > SILENCE_S:
                raise Unavailable(f"RabbitMQ: the event log says nothing for {SILENCE_S:g} s")
        else:
            silent = 0.0
            if entry.offset <= last:
                yield entry
            if entry.offset >= last:
                return
        await session.beat(session.replay.waiting)


def _events(entry: LogEntry) -> list[Event]:
    """The events of a message of the log; what cannot be read was set apart when it came."""
    return unbundle(EVENTS, [entry.body], "replay").items
