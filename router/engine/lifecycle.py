"""The life of an interaction after somebody has it, as far as messages and the time change it.

Whatever agents and supervisors do is stored by the console at once; the router sees to what nobody clicks on.
"""

from datetime import timedelta

from contracts.events import InteractionChanged
from contracts.interactions import InteractionState, TransferOutcome
from contracts.lifecycle import TIMEOUT, closing, inactive_at, may_be_inactive, returning
from router.engine.configuration import CompiledAccount, RoutingConfiguration
from router.engine.draft import Draft
from router.engine.values import ConversationState, Decision, Notify


def written(draft: Draft, compiled: CompiledAccount) -> None:
    """The customer has written: the time until the interaction counts as inactive begins anew, a wrap-up is over."""
    minutes = compiled.account.inactivity_timeout
    draft.change(inactivity=minutes)
    draft.change(inactive_at=inactive_at(draft.interaction, draft.now))
    if draft.interaction.state is InteractionState.WRAPUP:
        draft.move(InteractionState.ASSIGNED)
        draft.note(0, "wrapup", "over", "the customer has written")
        draft.emit(Notify(settle=True))


def note_change(event: InteractionChanged, state: ConversationState) -> Decision:
    """What somebody did is stored, with its trace; agent queues are brought in line once more, for a crash's sake."""
    if state.opened(event.interaction_id) is None:
        return Decision()
    return Decision(effects=(Notify(settle=True),))


def end_transfer(draft: Draft) -> None:
    """Nobody has accepted the transfer in time: the sender has it again."""
    before = draft.interaction
    draft.note(before.cursor, "transfer", "timed out", before.waiting_for)
    draft.move(**returning(before, TransferOutcome.TIMED_OUT, draft.now))
    draft.emit(Notify(settle=True))


def is_inactive(draft: Draft, configuration: RoutingConfiguration) -> bool:
    """Whether an interaction is to be closed now because nobody wrote for as long as its account says today.

    Where the account says something else by now than when the customer last wrote, the moment is put right.
    """
    before = draft.interaction
    if before.inactive_at is None or not may_be_inactive(before):
        return False
    compiled = configuration.find(before.account_id)
    minutes = compiled.account.inactivity_timeout if compiled else before.inactivity
    if minutes != before.inactivity:
        since = before.inactive_at - timedelta(minutes=before.inactivity)
        draft.change(inactivity=minutes, inactive_at=since + timedelta(minutes=minutes) if minutes else None)
    moment = draft.interaction.inactive_at
    return moment is not None and moment <= draft.now


def close_inactive(draft: Draft) -> None:
    """Close what nobody attends to; who settles it has something else offered to its owner."""
    before = draft.interaction
    draft.note(0, "inactivity", "closed", TIMEOUT)
    draft.move(**closing(before, (TIMEOUT,), draft.now))
    draft.emit(Notify(settle=True))
