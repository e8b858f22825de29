"""Repair: what never took effect is given to the router again, a few events at a time.

A message goes back to its place where a gap in a log shows it, else it is routed as if it came now. The next events go
out once these have taken effect: so order is kept, the routers are never flooded, and what is counted is true.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from contracts.deadletters import KeptLetter
from contracts.events import Event, MessageReceived, Repaired, StatusReported
from contracts.replay import FROM_OUTSIDE, EventOutcome
from router.replay.pacing import Pace
from router.replay.places import Places
from router.replay.session import Session
from router.replay.survey import Survey
from runtime.clock import Clock
from runtime.publishing import Outbox
from runtime.store.deadletters import DeadLetterStore
from runtime.store.effects import Effect, EffectStore

GROUP = 50
LOOK_S, LOOK_MOST_S = 0.02, 0.5
YOUNG_S = 30.0
UNDER_WAY_S = 1.0
UNDONE = frozenset({EventOutcome.MISSING, EventOutcome.PARKED})
ROUTERS = "the routers have not handled the last events yet"


class Repair:
    """The mode `repair`."""

    def __init__(
        self,
        session: Session,
        effects: EffectStore,
        letters: DeadLetterStore,
        outbox: Outbox,
        pace: Pace,
        survey: Survey,
        clock: Clock,
    ) -> None:
        self._session = session
        self._effects = effects
        self._letters = letters
        self._outbox = outbox
        self._pace = pace
        self._survey = survey
        self._clock = clock
        self._places = Places()

    async def handle(self, events: Sequence[Event], effects: Mapping[str, Effect]) -> Counter[str]:
        """Repair a stretch of the log, in order; how many events it was, by what was done.

        Raises:
            Interrupted: the replay is to go no further.
            Unavailable: broker or database is away.
        """
        effects = await self._settled(events, effects)
        undone = [event for event in events if self._is_undone(event, effects)]
        if self._session.replay.dry_run:
            return +Counter(to_repair=len(undone))
        again = await self._prepared(events, effects, undone)
        counts: Counter[str] = Counter()
        for start in range(0, len(again), GROUP):
            counts += await self._publish(again[start : start + GROUP], effects)
        return counts

    def _is_undone(self, event: Event, effects: Mapping[str, Effect]) -> bool:
        """Whether an event is to be repaired: it came from outside, and never took effect."""
        outcome = effects[event.event_id].outcome
        wanted = self._session.replay.filter.outcomes or UNDONE
        return isinstance(event, FROM_OUTSIDE) and outcome in UNDONE and outcome in wanted

    async def _prepared(
        self, events: Sequence[Event], effects: Mapping[str, Effect], undone: Sequence[Event]
    ) -> list[Event]:
        """What is to be published: messages with their places, and statuses behind them that may be about them."""
        logs = await self._effects.logs({one.conversation for one in undone if isinstance(one, MessageReceived)})
        to_do = {event.event_id for event in undone}
        touched: set[str] = set()
        again: list[Event] = []
        for event in events:
            if isinstance(event, MessageReceived):
                if event.event_id in to_do:
                    touched.add(event.conversation)
                    place = self._places.of(event, logs)
                    again.append(self._marked(event, effects[event.event_id], place))
                else:
                    self._places.passed(event, effects[event.event_id])
            elif event.event_id in to_do or (isinstance(event, StatusReported) and event.conversation in touched):
                again.append(event)
        return again

    async def _settled(self, events: Sequence[Event], effects: Mapping[str, Effect]) -> Mapping[str, Effect]:
        """The same effects; where young events have none, those after a moment: they may be on their way."""
        now = self._clock()
        undone = (event for event in events if self._is_undone(event, effects))
        if not any((now - event.received_at).total_seconds() < YOUNG_S for event in undone):
            return effects
        await self._session.pause(UNDER_WAY_S)
        return await self._effects.of(events)

    def _marked(self, event: MessageReceived, effect: Effect, place: tuple[str, int] | None) -> MessageReceived:
        quiet = self._session.replay.hold_replies or effect.walked or self._survey.answered(event)
        interaction_id, sequence = place or (None, 0)
        repaired = Repaired(interaction_id=interaction_id, sequence=sequence, quiet=quiet)
        return event.model_copy(update={"repaired": repaired})

    async def _publish(self, events: Sequence[Event], effects: Mapping[str, Effect]) -> Counter[str]:
        await self._pace.turn(self._session, len(events))
        letters = {letter.id: letter for event in events for letter in effects[event.event_id].letters}
        await self._sent_back(list(letters.values()))
        await self._outbox.events_again(events)
        return _counted(events, effects, await self._until_done(events))

    async def _sent_back(self, letters: Sequence[KeptLetter]) -> None:
        # Before it is so: what fails again and is parked again must be seen to be.
        await self._letters.retried(letters, f"replay {self._session.replay.id}", self._clock())

    async def _until_done(self, events: Sequence[Event]) -> Mapping[str, Effect]:
        wait = LOOK_S
        while True:
            effects = await self._effects.of(events)
            if all(effect.outcome is not EventOutcome.MISSING for effect in effects.values()):
                return effects
            await self._session.pause(wait, ROUTERS if wait == LOOK_MOST_S else "")
            wait = min(2 * wait, LOOK_MOST_S)


def _counted(events: Sequence[Event], before: Mapping[str, Effect], after: Mapping[str, Effect]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for event in events:
        mark = event.repaired if isinstance(event, MessageReceived) else None
        parked = after[event.event_id].outcome is EventOutcome.PARKED
        if before[event.event_id].outcome in UNDONE:
            counts["parked" if parked else "repaired"] += 1
        counts["in_place"] += bool(mark and mark.interaction_id)
        counts["quiet"] += bool(mark and mark.quiet)
    return +counts
