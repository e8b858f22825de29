"""Simulate: where past messages would go by another configuration, by the very engine that routes, without any effect.

What is walked again are the messages that opened an interaction, were rejected, or never took effect; one that joined
an interaction goes where that goes. The contact is as it is known today, the time is that of the message.
"""

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence

from contracts.configuration import Configuration
from contracts.errors import Unprocessable
from contracts.events import Event, MessageReceived
from contracts.interactions import InteractionState
from contracts.replay import Difference, EventOutcome, Example
from router.engine import (
    CompiledAccount,
    Decision,
    RejectSender,
    RoutingConfiguration,
    decide,
    state_of,
    wanted_contacts,
)
from router.replay.session import Session
from runtime.store.client import Document
from runtime.store.effects import Effect, EffectStore
from runtime.store.interactions import InteractionStore
from runtime.store.loading import Loaded
from runtime.store.whitelists import WhitelistRules

MOST_EXAMPLES = 5
MOST_REMEMBERED = 100_000
OPENED = frozenset({"opened", "opened again"})
REJECTED, CLOSED, UNASSIGNED, NOWHERE, NO_ACCOUNT = "rejected", "closed", "not assigned", "nowhere", "no such account"


class Simulation:
    """The mode `simulate`: `after` against `before`, or against what really happened where there is no `before`."""

    def __init__(
        self,
        session: Session,
        effects: EffectStore,
        interactions: InteractionStore,
        rules: WhitelistRules,
        before: Configuration | None,
        after: Configuration,
    ) -> None:
        self._session = session
        self._effects = effects
        self._interactions = interactions
        self._rules = rules
        self._before = RoutingConfiguration(before) if before is not None else None
        self._after = RoutingConfiguration(after)
        self._begun: OrderedDict[str, None] = OrderedDict()
        self._rows = {(row.account_id, row.before, row.after): row for row in session.replay.differences}
        self._notes = dict.fromkeys(session.replay.notes)

    @property
    def report(self) -> dict[str, object]:
        """The fields of the replay that hold the result so far: the most frequent first."""
        rows = sorted(self._rows.values(), key=lambda row: (row.before == row.after, -row.count))
        return {"differences": tuple(rows), "notes": tuple(self._notes)}

    async def handle(self, events: Sequence[Event], effects: Mapping[str, Effect]) -> Counter[str]:
        """Walk a stretch of the log; how many messages, by what came of them.

        Raises:
            Unavailable: the database is away.
        """
        wanted = self._session.replay.filter.outcomes
        messages = [
            event
            for event in events
            if isinstance(event, MessageReceived) and (not wanted or effects[event.event_id].outcome in wanted)
        ]
        traces = await self._effects.destinations([event.event_id for event in messages])
        begin = [event for event in messages if self._begins(event, effects[event.event_id], traces)]
        counts = Counter(joined=len(messages) - len(begin), walked=len(begin))
        if not self._session.replay.dry_run:
            facts = await self._facts(begin)
            for event in begin:
                counts["elsewhere"] += self._compare(event, effects[event.event_id], traces, facts)
        return +counts

    def _begins(self, event: MessageReceived, effect: Effect, traces: Mapping[str, Document]) -> bool:
        """Whether a message began an interaction, or might have."""
        if effect.outcome is EventOutcome.STORED:
            entries = traces.get(event.event_id, {}).get("entries") or [{}]
            begins = entries[0].get("outcome") in OPENED
        else:
            begins = event.conversation not in self._begun
        self._begun[event.conversation] = None
        if len(self._begun) > MOST_REMEMBERED:
            self._begun.popitem(last=False)
        return begins

    async def _facts(self, events: Sequence[MessageReceived]) -> "Facts":
        pairs = [(event, compiled) for event in events for compiled in self._compiled(event.account_id)]
        contacts = {name for event, compiled in pairs for name in wanted_contacts(compiled, event.contact_key)}
        keys: dict[str, set[str]] = {}
        for event, compiled in pairs:
            if compiled.whitelists:
                keys.setdefault(event.contact_key, set()).update(compiled.whitelists)
        lists = set(self._after.configuration.lists)
        loaded = await self._interactions.load((), contacts, ()) if contacts else Loaded()
        return Facts(loaded, await self._rules.naming(keys, lists))

    def _compiled(self, account_id: str) -> list[CompiledAccount]:
        found = [routing.find(account_id) for routing in (self._before, self._after) if routing is not None]
        return [compiled for compiled in found if compiled is not None]

    def _compare(self, event: MessageReceived, effect: Effect, traces: Mapping[str, Document], facts: "Facts") -> bool:
        """Add a message to the report; whether it would have gone elsewhere."""
        if self._before is None:
            before = _actual(effect, traces.get(event.event_id))
        else:
            before = _destination(event, self._before, facts)
        after = _destination(event, self._after, facts)
        key = (event.account_id, before, after)
        row = self._rows.get(key) or Difference(account_id=event.account_id, before=before, after=after, count=0)
        examples = row.examples
        if before != after and len(examples) < MOST_EXAMPLES:
            example = Example(event_id=event.event_id, contact_key=event.contact_key, received_at=event.received_at)
            examples = (*examples, example)
        self._rows[key] = row.model_copy(update={"count": row.count + 1, "examples": examples})
        for compiled in self._compiled(event.account_id):
            if compiled.uses_queue:
                note = f"account {compiled.account.key}: how queues stood then is not known; conditions on that fail"
                self._notes[note] = None
        return before != after


class Facts:
    """What is known of the senders of a batch."""

    def __init__(self, loaded: Loaded, whitelists: Mapping[str, frozenset[str]]) -> None:
        self.loaded = loaded
        self.whitelists = whitelists


def _destination(event: MessageReceived, routing: RoutingConfiguration, facts: Facts) -> str:
    """Where a message would go that opens an interaction."""
    state = state_of(
        routing.find(event.account_id),
        event.contact_key,
        facts.loaded.contacts,
        None,
        None,
        {},
        None,
        None,
        facts.whitelists.get(event.contact_key, frozenset()),
    )
    try:
        return _words(decide(event, state, routing, event.received_at))
    except Unprocessable:
        return NO_ACCOUNT


def _words(decision: Decision) -> str:
    interaction = decision.interaction
    if any(isinstance(effect, RejectSender) for effect in decision.effects):
        return REJECTED
    if interaction is None:
        return NOWHERE
    if interaction.state is InteractionState.CLOSED:
        return CLOSED
    if interaction.unmanaged:
        return UNASSIGNED
    return interaction.waiting_for or _webhook(interaction.cursor)


def _actual(effect: Effect, trace: Document | None) -> str:
    """Where a message really went: its trace tells."""
    if effect.outcome is EventOutcome.REJECTED:
        return REJECTED
    for entry in reversed(trace["entries"] if trace else ()):
        match entry["outcome"]:
            case "waiting":
                return str(entry["value"])
            case "closed":
                return CLOSED
            case "unmanaged":
                return UNASSIGNED
            case "calling":
                return _webhook(entry["position"])
            case _:
                continue
    return NOWHERE


def _webhook(position: int) -> str:
    return f"webhook at {position}"
