"""The steps in the life of an interaction: pure, so that router and console take the same ones.

Each gives the fields that it changes, the state among them; `moved` makes them so, if that state may follow.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from contracts.commands import queue_target
from contracts.interactions import (
    Interaction,
    InteractionState,
    TransferAttempt,
    TransferOutcome,
    Wrapup,
    check_transition,
)
from contracts.takings import Taking

Fields = dict[str, Any]
_S = InteractionState
TIMEOUT = "Timeout"
"""The disposition of an interaction that was closed because nobody wrote any more."""
NO_TARGET: Mapping[str, object] = {
    "waiting_for": None,
    "offered_to": (),
    "refused": (),
    "offer_ends_at": None,
    "not_before": None,
    "step_ends_at": None,
}
"""An interaction that waits for nobody."""
AWAITING = frozenset({_S.ROUTING, _S.WAITING, _S.OFFERED})
"""The states of an interaction that has yet to come to an agent."""
_QUEUE = queue_target("")


def due_of(interaction: Interaction) -> datetime | None:
    """The next moment at which time alone changes an interaction.

    The end of its step or of its offers while it is routed or transferred; else when it counts as inactive.
    """
    if may_be_inactive(interaction):
        return interaction.inactive_at
    if interaction.state in {_S.WRAPUP, _S.CLOSED}:
        return None
    offered = interaction.offer_ends_at if interaction.state is _S.OFFERED else None
    return min((end for end in (interaction.step_ends_at, offered) if end is not None), default=None)


def may_be_inactive(interaction: Interaction) -> bool:
    """Whether an interaction is one that is closed when nobody writes: somebody's, or nobody's at all.

    What waits for its turn is not the customer's neglect, nor is a disposition that is still to be given.
    """
    return interaction.state is _S.ASSIGNED or (interaction.state is _S.WAITING and interaction.unmanaged)


def inactive_at(interaction: Interaction, now: datetime) -> datetime | None:
    """When an interaction counts as inactive if nobody writes from now on."""
    return now + timedelta(minutes=interaction.inactivity) if interaction.inactivity else None


def moved(interaction: Interaction, fields: Fields) -> Interaction:
    """The interaction after a step, with the moment that it is due at.

    Raises:
        IllegalTransition: the step's state cannot follow the present one.
    """
    check_transition(interaction.state, fields["state"])
    after = interaction.model_copy(update=fields)
    return after.model_copy(update={"due_at": due_of(after)})


def transfer_ended(
    interaction: Interaction, outcome: TransferOutcome, now: datetime, accepted_by: str | None = None
) -> Fields:
    """The transfer under way, if there is one, becomes a past one."""
    if interaction.transfer is None:
        return {}
    ended = {"outcome": outcome, "ended_at": now, "accepted_by": accepted_by}
    return {"transfer": None, "transfers": (*interaction.transfers, interaction.transfer.model_copy(update=ended))}


def closing(interaction: Interaction, disposition: tuple[str, ...], now: datetime) -> Fields:
    """It is closed with this disposition."""
    return {
        **NO_TARGET,
        **transfer_ended(interaction, TransferOutcome.WITHDRAWN, now),
        "state": _S.CLOSED,
        "open": False,
        "closed_at": now,
        "disposition": disposition,
        "unmanaged": False,
    }


def wrapping_up(pause: str, now: datetime) -> Fields:
    """Its owner is to give a disposition, and is in this pause until then."""
    return {"state": _S.WRAPUP, "wrapup": Wrapup(since=now, pause=pause)}


def assigning(interaction: Interaction, agent_id: str, now: datetime) -> Fields:
    """It becomes this agent's, whoever had it or was offered it before."""
    before = interaction.owner if interaction.owner not in {None, agent_id} else interaction.previous_agent
    return {
        **NO_TARGET,
        **transfer_ended(interaction, TransferOutcome.WITHDRAWN, now),
        "state": _S.ASSIGNED,
        "owner": agent_id,
        "previous_agent": before,
        "unmanaged": False,
        "accepted_at": now,
        "takings": (*interaction.takings, *taking(interaction, agent_id, now)),
        "inactive_at": inactive_at(interaction, now),
    }


def taking(interaction: Interaction, agent_id: str, now: datetime) -> tuple[Taking, ...]:
    """That an agent takes an interaction now; none where the customer has not waited for them.

    `runtime/store/expressions.py` has the same for what is accepted.
    """
    if interaction.state not in AWAITING or not interaction.message_count or interaction.owner == agent_id:
        return ()
    begun_at = interaction.reopened_at or interaction.opened_at
    since, target = interaction.waiting_since or begun_at, interaction.waiting_for
    alone = target is not None and not target.startswith(_QUEUE)
    return (
        Taking(
            agent_id=agent_id,
            at=now,
            since=max(since, begun_at),
            begun_at=begun_at,
            queue_id=None if alone else target.removeprefix(_QUEUE) if target else interaction.queue_id,
            transferred=interaction.owner is not None,
        ),
    )


def transferring(interaction: Interaction, attempt: TransferAttempt, queue_id: str | None, ends_at: datetime) -> Fields:
    """It waits for the target of a transfer, at most until `ends_at`; `queue_id` is the target, if that is a queue."""
    return {
        **NO_TARGET,
        "state": _S.WAITING,
        "waiting_for": attempt.target,
        "waiting_since": attempt.at,
        "queue_id": queue_id or interaction.queue_id,
        "step": interaction.step + 1,
        "step_ends_at": ends_at,
        "round": interaction.round + 1,
        "transfer": attempt.model_copy(update={"queue_id": interaction.queue_id}),
    }


def returning(interaction: Interaction, outcome: TransferOutcome, now: datetime) -> Fields:
    """The transfer has come to nothing: it goes back to its sender, who is its owner still."""
    before = interaction.transfer.queue_id if interaction.transfer else interaction.queue_id
    return {
        **NO_TARGET,
        **transfer_ended(interaction, outcome, now),
        "state": _S.ASSIGNED,
        "queue_id": before,
        "inactive_at": inactive_at(interaction, now),
    }
