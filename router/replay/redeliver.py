"""Redeliver: the interactions of past messages are put into the agent queues again, as they stand now.

Agent queues are a projection: what is delivered again is what the interaction says today, so an entry that is there is
left as it is, and one that was lost comes back. Nothing goes to a customer.
"""

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence

from contracts.commands import Deliver
from contracts.events import Event
from contracts.interactions import Interaction
from router.replay.pacing import Pace
from router.replay.session import Session
from runtime.publishing import Outbox
from runtime.store.effects import Effect
from runtime.store.interactions import InteractionStore

GROUP = 100
MOST_REMEMBERED = 100_000


class Redelivery:
    """The mode `redeliver`."""

    def __init__(self, session: Session, interactions: InteractionStore, outbox: Outbox, pace: Pace) -> None:
        self._session = session
        self._interactions = interactions
        self._outbox = outbox
        self._pace = pace
        self._done: OrderedDict[str, None] = OrderedDict()

    async def handle(self, events: Sequence[Event], effects: Mapping[str, Effect]) -> Counter[str]:
        """Deliver the interactions of a stretch of the log; how many, by what was done.

        Raises:
            Interrupted: the replay is to go no further.
            Unavailable: broker or database is away.
        """
        wanted = self._session.replay.filter.outcomes
        meant = [effects[event.event_id] for event in events]
        named = dict.fromkeys(one.interaction_id for one in meant if not wanted or one.outcome in wanted)
        fresh = [one for one in named if one and one not in self._done]
        found = await self._interactions.get_many(fresh) if fresh else []
        still_open = [interaction for interaction in found if interaction.open]
        counts = Counter(closed=len(found) - len(still_open))
        if self._session.replay.dry_run:
            counts["to_redeliver"] = len(still_open)
        else:
            await self._deliver(still_open)
            counts["redelivered"] = len(still_open)
        self._remember(fresh)
        return +counts

    async def _deliver(self, interactions: Sequence[Interaction]) -> None:
        for start in range(0, len(interactions), GROUP):
            group = interactions[start : start + GROUP]
            await self._pace.turn(self._session, len(group))
            await self._outbox.commands([(one.conversation, _delivery(one)) for one in group])
            targets = dict.fromkeys(one.waiting_for for one in group if one.waiting_for)
            await self._outbox.serve(list(targets), self._session.replay.id)

    def _remember(self, interactions: Sequence[str]) -> None:
        self._done |= dict.fromkeys(interactions)
        while len(self._done) > MOST_REMEMBERED:
            self._done.popitem(last=False)


def _delivery(interaction: Interaction) -> Deliver:
    return Deliver(correlation_id=interaction.correlation_id, interaction_id=interaction.id, settle=True)
