"""The shell around the engine: load what a batch needs, decide event by event, store, publish.

The order of the writes is what makes a crash harmless. First the interactions, each under the condition that nobody
changed it meanwhile, with the events that were applied; then, side by side, the messages, traces and the rest, each
inserted once, and the commands; then the consumer acknowledges. An event that comes again is recognised by the
interaction that names it as applied, or by its message in the log; what may not have been said is said again: every
command may come twice.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

from contracts.configuration import Configuration
from contracts.events import EVENTS, Event, MessageReceived
from contracts.interactions import Interaction
from contracts.messages import InboundMessage, message_id
from contracts.stored import StoredMessage
from router.batch import Batch
from router.engine import CompiledAccount, QueueFigures, RoutingConfiguration, wanted_contacts
from router.figures import Figures
from router.outcome import Outcome, commands_of
from router.records import place_of, sends_of
from runtime.bundles import unbundle
from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.logging import get_logger
from runtime.metrics import Metrics
from runtime.publishing import Outbox
from runtime.store.interactions import InteractionStore
from runtime.store.loading import Loaded
from runtime.store.refusals import RefusalStore
from runtime.store.whitelists import WhitelistRules

log = get_logger(__name__)


class Router:
    """Decides batches of events and makes the decisions so."""

    def __init__(
        self,
        configuration: ConfigurationCache,
        interactions: InteractionStore,
        figures: Figures,
        refusals: RefusalStore,
        rules: WhitelistRules,
        outbox: Outbox,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._cache = configuration
        self._routing = RoutingConfiguration(configuration.current)
        self._interactions = interactions
        self._figures = figures
        self._refusals = refusals
        self._rules = rules
        self._outbox = outbox
        self._metrics = metrics
        self._clock = clock
        configuration.subscribe(self._changed)

    def _changed(self, configuration: Configuration) -> None:
        self._routing = RoutingConfiguration(configuration, self._routing)

    async def handle(self, bodies: Sequence[bytes]) -> int:
        """Take bundles of events to their end, in order; the number of events.

        Raises:
            Unavailable: broker or database is away; to be called again with the same bundles.
        """
        unbundled = unbundle(EVENTS, bodies, "router")
        if unbundled.letters:
            await self._outbox.park(unbundled.letters)
        events: Sequence[Event] = unbundled.items
        await self._know_accounts(events)
        pending = events
        while pending:
            pending = await self._round(pending)
        if events:
            self._metrics.lag_seconds.labels("router").set((self._clock() - events[-1].received_at).total_seconds())
        return len(events)

    async def _know_accounts(self, events: Iterable[Event]) -> None:
        """An account that nobody here knows may have been made a moment ago: look before its events are set apart."""
        if any(event.account_id not in self._routing.configuration.accounts for event in events):
            await self._cache.changed()

    async def _round(self, events: Sequence[Event]) -> Sequence[Event]:
        """Decide and store; the events of conversations that somebody else changed meanwhile, to be decided again."""
        batch = await self._decided(events)
        outcomes = batch.outcomes.values()
        lost = await self._interactions.save(
            [change for outcome in outcomes for change in outcome.changes()],
            leading=all(outcome.messages for outcome in outcomes if outcome.written),
        )
        done = [outcome for outcome in batch.outcomes.values() if lost.isdisjoint(outcome.written)]
        said = await self._refusals.claim([r for outcome in done for r in outcome.refusals], self._clock())
        messages = [*said, *(message for outcome in done for message in outcome.messages)]
        await asyncio.gather(
            self._record(done, messages),
            self._outbox.commands(commands_of(done)),
        )
        self._say(done)
        # Who sends or runs an errand looks for what it is about in the store: not before it is there.
        await asyncio.gather(
            self._outbox.send(sends_of(messages)),
            self._outbox.errands([errand for outcome in done for errand in outcome.errands]),
        )
        self._tell(done, batch.repeated)
        redo = {outcome.conversation for outcome in batch.outcomes.values()} - {o.conversation for o in done}
        return [event for event in events if event.conversation in redo]

    async def _decided(self, events: Sequence[Event]) -> Batch:
        routing = self._routing
        compiled = {event.account_id: routing.find(event.account_id) for event in events}
        loaded = await self._interactions.load(
            {event.conversation for event in events},
            _contacts(events, compiled),
            _messages(events),
            {event.event_id for event in events},
            _reopening(events, compiled),
        )
        loaded.finished |= await self._gaps(events)
        batch = Batch(
            routing,
            loaded,
            await self._queues(compiled.values()),
            await self._last(events, compiled, loaded),
            await self._rules.naming(_unadmitted(events, compiled, loaded), routing.configuration.lists),
            self._clock(),
        )
        for event in events:
            batch.take(event)
        return batch

    async def _gaps(self, events: Iterable[Event]) -> dict[str, Interaction]:
        """The interactions in whose log a replay has found the place of a message, as if it had been applied there."""
        places = {event.event_id: place for event in events if (place := place_of(event))}
        if not places:
            return {}
        found = {one.id: one for one in await self._interactions.get_many({place[0] for place in places.values()})}
        return {
            event_id: found[interaction_id].model_copy(update={"applied": {event_id: number}, "replies": ()})
            for event_id, (interaction_id, number) in places.items()
            if interaction_id in found
        }

    async def _queues(self, accounts: Collection[CompiledAccount | None]) -> Mapping[str, QueueFigures]:
        if any(account is not None and account.uses_queue for account in accounts):
            return await self._figures.of(self._routing.configuration)
        return {}

    async def _last(
        self, events: Iterable[Event], accounts: Mapping[str, CompiledAccount | None], loaded: Loaded
    ) -> Mapping[str, InboundMessage]:
        """The last message of the interactions whose walk may go on without one, where a condition may ask for it."""
        wanted: dict[str, Interaction] = {}
        for event in events:
            account = accounts[event.account_id]
            interaction = loaded.interactions.get(event.conversation)
            if account and account.uses_message and interaction and not isinstance(event, MessageReceived):
                wanted[interaction.id] = interaction
        messages = await self._interactions.last_messages(list(wanted.values()))
        found = ((interaction_id, _inbound(message)) for interaction_id, message in messages.items())
        return {interaction_id: message for interaction_id, message in found if message is not None}

    async def _record(self, outcomes: Sequence[Outcome], messages: Sequence[StoredMessage]) -> None:
        await asyncio.gather(
            self._interactions.record(
                messages=messages,
                traces=[t for o in outcomes for t in o.traces],
                rejections=[r for o in outcomes for r in o.rejections],
                notices=[n for o in outcomes for n in o.notices],
            ),
            self._interactions.record_statuses([s for o in outcomes for s in o.statuses]),
            self._outbox.park([letter for o in outcomes for letter in o.letters]),
        )

    def _say(self, outcomes: Iterable[Outcome]) -> None:
        """Tell the live feed what is stored now."""
        news = self._interactions.news
        for outcome in outcomes:
            known = outcome.loaded | outcome.written
            news.interactions([known[one] for one in outcome.written])
            news.interactions([outcome.loaded[one] for one in outcome.written if one in outcome.loaded])
            for message in outcome.messages:
                news.messages([message], known.get(message.interaction_id))

    def _tell(self, outcomes: Sequence[Outcome], repeated: int) -> None:
        handled = self._metrics.handled
        counts = {
            "stored": sum(message.direction == "inbound" for o in outcomes for message in o.messages),
            "replied": sum(message.direction == "outbound" for o in outcomes for message in o.messages),
            "rejected": sum(len(o.rejections) for o in outcomes),
            "status": sum(len(o.statuses) for o in outcomes),
            "notice": sum(len(o.notices) for o in outcomes),
            "parked": sum(len(o.letters) for o in outcomes),
            "repeated": repeated,
        }
        for outcome, count in counts.items():
            if count:
                handled.labels("router", outcome).inc(count)
        for letter in chain.from_iterable(o.letters for o in outcomes):
            log.warning("event.parked", correlation_id=letter.correlation_id, reason=letter.reason)
        for interaction in chain.from_iterable(o.written.values() for o in outcomes):
            log.debug(
                "interaction.routed",
                correlation_id=interaction.correlation_id,
                interaction=interaction.id,
                account=interaction.account_key,
                state=interaction.state,
                waiting_for=interaction.waiting_for,
                messages=interaction.sequence,
            )


def _contacts(events: Iterable[Event], accounts: Mapping[str, CompiledAccount | None]) -> set[str]:
    wanted: set[str] = set()
    for event in events:
        compiled = accounts[event.account_id]
        if compiled is not None:
            wanted |= wanted_contacts(compiled, event.contact_key)
    return wanted


def _messages(events: Iterable[Event]) -> set[str]:
    return {
        message_id(event.account_id, event.message.provider_id)
        for event in events
        if isinstance(event, MessageReceived)
    }


def _reopening(events: Iterable[Event], accounts: Mapping[str, CompiledAccount | None]) -> set[str]:
    """The conversations whose last closed interaction a message may open again."""
    found = ((event, accounts[event.account_id]) for event in events if isinstance(event, MessageReceived))
    return {event.conversation for event, compiled in found if compiled and compiled.account.reopen_within}


def _unadmitted(
    events: Iterable[Event], accounts: Mapping[str, CompiledAccount | None], loaded: Loaded
) -> Mapping[str, set[str]]:
    """The whitelists to be looked through for senders whose message may open an interaction, by contact key.

    An interaction that is open may be closed by the first of its events; a message after that opens another one.
    """
    wanted: dict[str, set[str]] = {}
    joined = set(loaded.interactions)
    for event in events:
        compiled = accounts[event.account_id]
        if isinstance(event, MessageReceived) and event.conversation not in joined and compiled and compiled.whitelists:
            wanted.setdefault(event.contact_key, set()).update(compiled.whitelists)
        joined.discard(event.conversation)
    return wanted


def _inbound(message: StoredMessage) -> InboundMessage | None:
    if message.content is None:
        return None
    return InboundMessage(
        provider_id=message.provider_id,
        contact_key=message.contact_key,
        sent_at=message.sent_at,
        content=message.content,
        context=message.context,
        referral=message.referral,
    )
