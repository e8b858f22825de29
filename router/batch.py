"""The decisions of one batch: pure bookkeeping between what was loaded and what is to be stored."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from contracts.commands import ContactSeed
from contracts.events import DeadlineReached, Event, MessageReceived, NoticeReceived, StatusReported
from contracts.interactions import Interaction, Reply, RoutingTrace, TraceEntry
from contracts.messages import InboundMessage, message_id
from router.engine import (
    CallEndpoint,
    ConversationState,
    Decision,
    Effect,
    Notify,
    QueueFigures,
    RecordNotice,
    RecordStatus,
    RejectSender,
    RoutingConfiguration,
    SeedContact,
    SendReply,
    ServeTarget,
    StoreMessage,
    call_again,
    decide,
    state_of,
)
from router.outcome import Outcome
from router.records import call_of, fetch_of, is_quiet, letter, notice_of, refusal_of, rejection, status_of, stored
from runtime.store.loading import Loaded


class Batch:
    """Decides the events of a batch in order. Each conversation's outcome is kept apart, so that one can be redone."""

    def __init__(
        self,
        configuration: RoutingConfiguration,
        loaded: Loaded,
        queues: Mapping[str, QueueFigures],
        last: Mapping[str, InboundMessage],
        whitelists: Mapping[str, frozenset[str]],
        now: datetime,
    ) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self.repeated = 0
        self._configuration = configuration
        self._loaded = loaded
        self._queues = queues
        self._last = dict(last)
        self._whitelists = whitelists
        self._now = now
        self._seen: set[str] = set()

    def take(self, event: Event) -> None:
        """Decide one event. Whatever is wrong with it, it alone is set apart."""
        outcome = self._outcome(event)
        try:
            applied_to = self._applied_to(event, outcome)
            if applied_to is not None:
                self._resume(event, applied_to, outcome)
            elif not isinstance(event, MessageReceived) or self._is_new(event):
                self._decide(event, outcome)
        except Exception as error:  # noqa: BLE001 - the boundary of one event: its neighbours go on
            outcome.letters.append(letter(event, error, self._now))

    def _outcome(self, event: Event) -> Outcome:
        key = event.conversation
        if key not in self.outcomes:
            interaction, last = self._loaded.interactions.get(key), self._loaded.last.get(key)
            loaded = {one.id: one for one in (last, interaction) if one is not None}
            self.outcomes[key] = Outcome(key, interaction, last, loaded)
        return self.outcomes[key]

    def _applied_to(self, event: Event, outcome: Outcome) -> Interaction | None:
        """The interaction that the event has been applied to before, open or closed since."""
        known = (one for one in outcome.loaded.values() if event.event_id in one.applied)
        return next(known, None) or self._loaded.finished.get(event.event_id)

    def _is_new(self, event: MessageReceived) -> bool:
        stored_id = message_id(event.account_id, event.message.provider_id)
        if stored_id in self._seen or stored_id in self._loaded.stored:
            self.repeated += 1
            return False
        self._seen.add(stored_id)
        return True

    def _resume(self, event: Event, interaction: Interaction, outcome: Outcome) -> None:
        """The event has been applied, but a crash may have come before the rest of it: do that (again)."""
        sequence = interaction.applied[event.event_id]
        outcome.still_applied(interaction, event, sequence)
        compiled = self._configuration.find(event.account_id)
        contact = None
        if isinstance(event, MessageReceived) and compiled is not None:
            self._seen.add(message_id(event.account_id, event.message.provider_id))
            self._store(event, interaction.id, sequence, outcome)
            contact = ContactSeed(
                list_id=compiled.account.list_id, key=event.contact_key, name=event.message.profile_name
            )
        entry = TraceEntry(at=self._now, position=0, action="resume", outcome="taken up again after a crash")
        outcome.traces.append(self._trace(event, interaction, Decision(trace=(entry,))))
        outcome.deliver(interaction, settle=True, contact=contact)
        if interaction.waiting_for is not None:
            outcome.serve(interaction.waiting_for, event.correlation_id)
        if call := call_again(interaction, self._state(event, outcome), self._configuration, self._now):
            outcome.errands.append(call_of(call, event))

    def _decide(self, event: Event, outcome: Outcome) -> None:
        # The clock that found a deadline may be ahead of this host's: what it says is due, is.
        now = max(self._now, event.due_at) if isinstance(event, DeadlineReached) else self._now
        decision = decide(event, self._state(event, outcome), self._configuration, now)
        interaction = decision.interaction or outcome.interaction
        sequence = next((e.sequence for e in decision.effects if isinstance(e, StoreMessage)), 0)
        if decision.interaction is not None:
            outcome.change(decision.interaction, event, sequence)
        if decision.trace and interaction is not None:
            outcome.traces.append(self._trace(event, interaction, decision))
        for effect in decision.effects:
            self._carry_out(effect, event, interaction, outcome)

    def _state(self, event: Event, outcome: Outcome) -> ConversationState:
        interaction = outcome.interaction
        return state_of(
            self._configuration.find(event.account_id),
            event.contact_key,
            self._loaded.contacts,
            interaction,
            outcome.last,
            self._queues,
            self._loaded.previous_agents.get(event.conversation),
            self._last.get(interaction.id) if interaction else None,
            self._whitelists.get(event.contact_key, frozenset()),
        )

    def _trace(self, event: Event, interaction: Interaction, decision: Decision) -> RoutingTrace:
        return RoutingTrace(
            id=event.event_id,
            interaction_id=interaction.id,
            correlation_id=event.correlation_id,
            config_version=self._configuration.configuration.version,
            at=self._now,
            entries=decision.trace,
        )

    def _store(self, event: MessageReceived, interaction_id: str, sequence: int, outcome: Outcome) -> None:
        message = stored(event, interaction_id, sequence)
        outcome.messages.append(message)
        if fetch := fetch_of(message):
            outcome.errands.append(fetch)
        self._last[interaction_id] = event.message

    def _carry_out(self, effect: Effect, event: Event, interaction: Interaction | None, outcome: Outcome) -> None:
        match effect:
            case CallEndpoint():
                outcome.errands.append(call_of(effect, event))
            case ServeTarget(target):
                outcome.serve(target, event.correlation_id)
            case SeedContact() | Notify() | SendReply():
                self._tell(effect, event, interaction, outcome)
            case StoreMessage() | RejectSender() | RecordStatus() | RecordNotice():
                self._keep(effect, event, outcome)
            case _:
                assert_never(effect)

    def _tell(
        self,
        effect: SeedContact | Notify | SendReply,
        event: Event,
        interaction: Interaction | None,
        outcome: Outcome,
    ) -> None:
        match effect, interaction:
            case SeedContact(contact), Interaction():
                outcome.deliver(interaction, contact=contact)
            case Notify(settle), Interaction():
                outcome.deliver(interaction, settle=settle)
            case SendReply(position, sequence, text), Interaction():
                reply = Reply(event_id=event.event_id, position=position, sequence=sequence, text=text, at=self._now)
                outcome.reply(interaction, reply, event)
            case _:
                raise AssertionError(f"{type(effect).__name__} without an interaction")

    def _keep(
        self, effect: StoreMessage | RejectSender | RecordStatus | RecordNotice, event: Event, outcome: Outcome
    ) -> None:
        match effect, event:
            case StoreMessage(interaction_id, sequence), MessageReceived():
                self._store(event, interaction_id, sequence, outcome)
            case RejectSender(reason, refusal), MessageReceived():
                outcome.rejections.append(rejection(event, reason))
                if refusal and not is_quiet(event):
                    outcome.refusals.append(refusal_of(event, refusal, self._now))
            case RecordStatus(), StatusReported():
                outcome.statuses.append(status_of(event))
            case RecordNotice(), NoticeReceived():
                outcome.notices.append(notice_of(event))
            case _:
                raise AssertionError(f"{type(effect).__name__} does not follow from {type(event).__name__}")
