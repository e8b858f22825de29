"""Answers to offers, and deadlines. Whatever was overtaken meanwhile changes nothing."""

from datetime import datetime

from contracts.commands import agent_target
from contracts.events import DeadlineReached, OfferAccepted, OfferRejected
from contracts.interactions import InteractionState
from contracts.lifecycle import due_of
from router.engine.configuration import RoutingConfiguration
from router.engine.draft import Draft
from router.engine.lifecycle import close_inactive, end_transfer, is_inactive
from router.engine.values import ROUTED, ConversationState, Decision, Notify, ServeTarget
from router.engine.walk import go_on


def accept(event: OfferAccepted, state: ConversationState, now: datetime) -> Decision:
    """What comes of an acceptance that is stored already: everybody else's offers are to be withdrawn."""
    interaction = state.opened(event.interaction_id)
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
    interaction = state.routed(event.interaction_id)
    if interaction is None or interaction.waiting_for is None or interaction.round != event.round:
        return Decision()
    draft = Draft(interaction, now)
    draft.note(interaction.cursor, "offer", "rejected", event.agent_id)
    if interaction.waiting_for == agent_target(event.agent_id):
        go_on(draft, event.account_id, state, configuration, interaction.cursor + 1)
    elif interaction.state is InteractionState.WAITING:
        draft.emit(ServeTarget(interaction.waiting_for))
    return draft.decision(interaction)


def reach_deadline(
    event: DeadlineReached,
    state: ConversationState,
    configuration: RoutingConfiguration,
    now: datetime,
) -> Decision:
    """What the time has brought: the end of the step, of its offers, of a transfer or of the patience with somebody who
    does not write; or nothing any more."""
    interaction = state.opened(event.interaction_id)
    if interaction is None or interaction.due_at is None or interaction.due_at > now:
        return Decision()
    draft = Draft(interaction, now)
    if interaction.state in ROUTED and not interaction.unmanaged:
        _end_wait(draft, event.account_id, state, configuration)
    elif is_inactive(draft, configuration):
        close_inactive(draft)
    draft.change()  # what was due may have been dealt with meanwhile: then only the moment is put right
    return draft.decision(interaction)


def _end_wait(draft: Draft, account_id: str, state: ConversationState, configuration: RoutingConfiguration) -> None:
    before, due = draft.interaction, due_of(draft.interaction)
    if before.step_ends_at is not None and before.step_ends_at <= draft.now:
        _end_step(draft, account_id, state, configuration)
    elif due is not None and due <= draft.now:
        _miss(draft)


def _end_step(draft: Draft, account_id: str, state: ConversationState, configuration: RoutingConfiguration) -> None:
    if draft.interaction.transfer is None:
        _time_out(draft, account_id, state, configuration)
    else:
        end_transfer(draft)


def _time_out(draft: Draft, account_id: str, state: ConversationState, configuration: RoutingConfiguration) -> None:
    before = draft.interaction
    steps = 0
    if before.state is InteractionState.ROUTING:
        draft.note(before.cursor, "Webhook", "timed out")
        steps = before.steps
    else:
        draft.note(before.cursor, "step", "timed out", before.waiting_for)
        draft.emit(Notify(settle=True))
    go_on(draft, account_id, state, configuration, before.cursor + 1, steps)


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
