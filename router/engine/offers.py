"""Answers to offers, and deadlines. Whatever was overtaken meanwhile changes nothing."""

from datetime import datetime

from contracts.commands import agent_target
from contracts.events import DeadlineReached, OfferAccepted, OfferRejected
from contracts.interactions import Interaction, InteractionState
from router.engine.configuration import RoutingConfiguration
from router.engine.draft import ROUTED, Draft, due_of
from router.engine.values import ConversationState, Decision, Notify, ServeTarget
from router.engine.walk import NO_TARGET, Walk


def accept(event: OfferAccepted, state: ConversationState, now: datetime) -> Decision:
    """What comes of an acceptance that is stored already: everybody else's offers are to be withdrawn."""
    interaction = _open(state, event.interaction_id)
    if interaction is None or interaction.owner != event.agent_id or interaction.state is not InteractionState.ASSIGNED:
        return Decision()
    draft = Draft(interaction, now)
    draft.note(interaction.cursor, "offer", "accepted", event.agent_id)
    draft.emit(Notify(settle=True))
    return draft.decision(interaction)


def reject(
    event: OfferRejected,
    state: ConversationState,
    configuration: RoutingConfiguration,
    now: datetime,
) -> Decision:
    """What comes of a refusal that is stored already: the next agent's turn, or the next entry's."""
    interaction = _routed(state, event.interaction_id)
    if interaction is None or interaction.waiting_for is None or interaction.round != event.round:
        return Decision()
    draft = Draft(interaction, now)
    draft.note(interaction.cursor, "offer", "rejected", event.agent_id)
    if interaction.waiting_for == agent_target(event.agent_id):
        _go_on(draft, event.account_id, state, configuration)
    elif interaction.state is InteractionState.WAITING:
        draft.emit(ServeTarget(interaction.waiting_for))
    return draft.decision(interaction)


def reach_deadline(
    event: DeadlineReached,
    state: ConversationState,
    configuration: RoutingConfiguration,
    now: datetime,
) -> Decision:
    """What the time has brought: the end of the step, the end of its offers, or nothing any more."""
    interaction = _routed(state, event.interaction_id)
    if interaction is None or interaction.due_at is None or interaction.due_at > now:
        return Decision()
    draft = Draft(interaction, now)
    due = due_of(interaction)
    if interaction.step_ends_at is not None and interaction.step_ends_at <= now:
        draft.note(interaction.cursor, "step", "timed out", interaction.waiting_for)
        draft.emit(Notify(settle=True))
        _go_on(draft, event.account_id, state, configuration)
    elif due is not None and due <= now:
        _miss(draft)
    else:
        draft.change()  # what was due has been dealt with meanwhile: only the moment is put right
    return draft.decision(interaction)


def _go_on(draft: Draft, account_id: str, state: ConversationState, configuration: RoutingConfiguration) -> None:
    """Walk on from the entry after the cursor; without an account there is no list, and nobody routes any more."""
    compiled = configuration.find(account_id)
    if compiled is not None:
        Walk(draft, compiled, configuration, state, state.message).run(draft.interaction.cursor + 1)
        return
    draft.move(InteractionState.WAITING, **NO_TARGET, unmanaged=True, queue_id=None, cursor=0)
    draft.note(0, "list", "unmanaged", "account deleted")
    draft.emit(Notify(settle=True))


def _miss(draft: Draft) -> None:
    before = draft.interaction
    draft.note(before.cursor, "offer", "missed", ", ".join(before.offered_to))
    draft.move(
        InteractionState.WAITING,
        refused=tuple(dict.fromkeys((*before.refused, *before.offered_to))),
        offered_to=(),
        offer_ends_at=None,
    )
    draft.emit(Notify(settle=True))
    if before.waiting_for is not None:
        draft.emit(ServeTarget(before.waiting_for))


def _open(state: ConversationState, interaction_id: str) -> Interaction | None:
    interaction = state.interaction
    return interaction if interaction and interaction.id == interaction_id and interaction.open else None


def _routed(state: ConversationState, interaction_id: str) -> Interaction | None:
    interaction = _open(state, interaction_id)
    return interaction if interaction and interaction.state in ROUTED else None
