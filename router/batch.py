"""The decisions of one batch: pure bookkeeping between what was loaded and what is to be stored."""

import traceback
from collections.abc import Mapping
from datetime import datetime

from contracts.commands import ContactSeed
from contracts.contacts import contact_id
from contracts.deadletters import DeadLetter
from contracts.events import DeadlineReached, Event, MessageReceived, NoticeReceived, StatusReported
from contracts.interactions import Interaction, RoutingTrace, TraceEntry
from contracts.messages import InboundMessage, message_id
from contracts.stored import Rejection, StoredMessage, StoredNotice, StoredStatus
from router.engine import ConversationState, Decision, QueueFigures, RoutingConfiguration, decide
from router.engine.values import (
    Effect,
    Notify,
    RecordNotice,
    RecordStatus,
    RejectSender,
    SeedContact,
    ServeTarget,
    StoreMessage,
)
from router.outcome import Outcome
from runtime.store.loading import Loaded


class Batch:
    """Decides the events of a batch in order. Each conversation's outcome is kept apart, so that one can be redone."""

    def __init__(
        self,
        configuration: RoutingConfiguration,
        loaded: Loaded,
        queues: Mapping[str, QueueFigures],
        last: Mapping[str, InboundMessage],
        now: datetime,
    ) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self.repeated = 0
        self._configuration = configuration
        self._loaded = loaded
        self._queues = queues
        self._last = dict(last)
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
            outcome.letters.append(_letter(event, error, self._now))

    def _outcome(self, event: Event) -> Outcome:
        key = event.conversation
        if key not in self.outcomes:
            interaction = self._loaded.interactions.get(key)
            self.outcomes[key] = Outcome(key, interaction, loaded=interaction)
        return self.outcomes[key]

    def _applied_to(self, event: Event, outcome: Outcome) -> Interaction | None:
        """The interaction that the event has been applied to before, open or closed since."""
        if outcome.loaded is not None and event.event_id in outcome.loaded.applied:
            return outcome.loaded
        return self._loaded.finished.get(event.event_id)

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
        compiled = self._configuration.find(event.account_id)
        contacts = self._loaded.contacts
        interaction = outcome.interaction
        lists = compiled.lists if compiled else ()
        home = contact_id(compiled.account.list_id, event.contact_key) if compiled else ""
        return ConversationState(
            interaction=interaction,
            contact=contacts.get(home),
            lists=frozenset(name for name in lists if contact_id(name, event.contact_key) in contacts),
            queues=self._queues,
            previous_agent=self._loaded.previous_agents.get(event.conversation),
            message=self._last.get(interaction.id) if interaction else None,
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
        outcome.messages.append(_stored(event, interaction_id, sequence))
        self._last[interaction_id] = event.message

    def _carry_out(self, effect: Effect, event: Event, interaction: Interaction | None, outcome: Outcome) -> None:
        match effect, event, interaction:
            case StoreMessage(interaction_id, sequence), MessageReceived(), _:
                self._store(event, interaction_id, sequence, outcome)
            case RejectSender(reason), MessageReceived(), _:
                outcome.rejections.append(_rejection(event, reason))
            case SeedContact(contact), _, Interaction():
                outcome.deliver(interaction, contact=contact)
            case Notify(settle), _, Interaction():
                outcome.deliver(interaction, settle=settle)
            case ServeTarget(target), _, _:
                outcome.serve(target, event.correlation_id)
            case RecordStatus(), StatusReported(), _:
                outcome.statuses.append(_status(event))
            case RecordNotice(), NoticeReceived(), _:
                outcome.notices.append(_notice(event))
            case _:
                raise AssertionError(f"{type(effect).__name__} does not follow from {type(event).__name__}")


def _stored(event: MessageReceived, interaction_id: str, sequence: int) -> StoredMessage:
    message = event.message
    return StoredMessage(
        id=message_id(event.account_id, message.provider_id),
        event_id=event.event_id,
        correlation_id=event.correlation_id,
        interaction_id=interaction_id,
        account_id=event.account_id,
        contact_key=event.contact_key,
        direction="inbound",
        sequence=sequence,
        provider_id=message.provider_id,
        content=message.content,
        context=message.context,
        sent_at=message.sent_at,
        received_at=event.received_at,
    )


def _rejection(event: MessageReceived, reason: str) -> Rejection:
    return Rejection(
        id=message_id(event.account_id, event.message.provider_id),
        account_id=event.account_id,
        contact_key=event.contact_key,
        reason=reason,
        at=event.received_at,
        correlation_id=event.correlation_id,
    )


def _status(event: StatusReported) -> StoredStatus:
    status = event.status
    about = message_id(event.account_id, status.provider_id)
    return StoredStatus(
        id=f"{about}:{status.provider_state}",
        message_id=about,
        account_id=event.account_id,
        contact_key=event.contact_key,
        provider_id=status.provider_id,
        state=status.state,
        provider_state=status.provider_state,
        reason=status.reason,
        reference=status.reference,
        occurred_at=status.occurred_at,
        correlation_id=event.correlation_id,
    )


def _notice(event: NoticeReceived) -> StoredNotice:
    return StoredNotice(
        id=event.event_id,
        account_id=event.account_id,
        contact_key=event.contact_key,
        kind=event.kind,
        raw=event.raw,
        at=event.received_at,
        correlation_id=event.correlation_id,
    )


def _letter(event: Event, error: Exception, now: datetime) -> DeadLetter:
    return DeadLetter(
        id=event.event_id,
        stage="router",
        reason=str(error) or type(error).__name__,
        attempts=1,
        at=now,
        correlation_id=event.correlation_id,
        account_id=event.account_id,
        body=event.model_dump(mode="json"),
        trace="".join(traceback.format_exception(error)),
    )
