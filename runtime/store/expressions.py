"""Parts of update pipelines that several writers of interactions share; `contracts/lifecycle.py` has them in Python."""

from datetime import datetime

from contracts.commands import queue_target
from contracts.interactions import InteractionState, TransferOutcome
from contracts.lifecycle import NO_TARGET
from runtime.store.client import Document

MINUTE_MS = 60_000
MOST_ID = 64
_QUEUE = queue_target("")
ARRAY: Document = {"$ifNull": ["$transfers", []]}


def inactive_from(now: datetime) -> Document:
    """When an interaction counts as inactive if nobody writes from now on."""
    later = {"$add": [now, {"$multiply": ["$inactivity", MINUTE_MS]}]}
    return {"$cond": [{"$gt": ["$inactivity", 0]}, later, None]}


def transfer_ended(outcome: TransferOutcome, now: datetime, accepted_by: str | None = None) -> Document:
    """The fields by which the transfer under way, if there is one, becomes a past one."""
    ended = {"outcome": outcome.value, "ended_at": now, "accepted_by": accepted_by}
    past = {"$concatArrays": [ARRAY, [{"$mergeObjects": ["$transfer", ended]}]]}
    none = {"$eq": [{"$ifNull": ["$transfer", None]}, None]}
    return {"transfers": {"$cond": [none, ARRAY, past]}, "transfer": None}


def acceptance(agent_id: str, now: datetime) -> list[Document]:
    """An offered interaction becomes the agent's who accepts it."""
    fields: Document = {
        "state": InteractionState.ASSIGNED.value,
        "owner": agent_id,
        "previous_agent": {"$ifNull": ["$owner", "$previous_agent"]},
        "unmanaged": False,
        "accepted_at": now,
        "takings": {"$concatArrays": [{"$ifNull": ["$takings", []]}, [_taking(agent_id, now)]]},
        "inactive_at": inactive_from(now),
        "version": {"$add": ["$version", 1]},
        **_NO_TARGET,
        **transfer_ended(TransferOutcome.ACCEPTED, now, agent_id),
    }
    return [{"$set": fields}, {"$set": {"due_at": "$inactive_at"}}]


def _taking(agent_id: str, now: datetime) -> Document:
    begun_at = {"$ifNull": ["$reopened_at", "$opened_at"]}
    to_queue = {"$eq": [{"$substrCP": ["$waiting_for", 0, len(_QUEUE)]}, _QUEUE]}
    return {
        "agent_id": {"$literal": agent_id},
        "at": now,
        "since": {"$max": ["$waiting_since", begun_at]},
        "begun_at": begun_at,
        "queue_id": {"$cond": [to_queue, {"$substrCP": ["$waiting_for", len(_QUEUE), MOST_ID]}, None]},
        "transferred": {"$ne": [{"$ifNull": ["$owner", None]}, None]},
    }


def rejection(agent_id: str, now: datetime) -> list[Document]:
    """An agent's offer falls. The last one sends the interaction back to waiting, or to whoever transferred it to the
    one agent; as a pipeline, so that "the last one refused" is decided within the same update."""
    nobody = {"$eq": [{"$size": "$offered_to"}, 0]}
    to_one = {"$eq": [{"$substrCP": [{"$ifNull": ["$transfer.target", ""]}, 0, 6]}, "agent:"]}
    waiting: Document = {"state": InteractionState.WAITING.value, "offer_ends_at": None, "due_at": "$step_ends_at"}
    until = inactive_from(now)
    returned: Document = {
        "state": InteractionState.ASSIGNED.value,
        "queue_id": "$transfer.queue_id",
        "inactive_at": until,
        "due_at": until,
        **_NO_TARGET,
        **transfer_ended(TransferOutcome.REJECTED, now),
    }
    left: Document = {
        "offered_to": {"$setDifference": ["$offered_to", [agent_id]]},
        "refused": {"$setUnion": ["$refused", [agent_id]]},
        "version": {"$add": ["$version", 1]},
    }
    came_of_it = {"$cond": [nobody, {"$cond": [to_one, returned, waiting]}, {}]}
    return [{"$set": left}, {"$replaceWith": {"$mergeObjects": ["$$ROOT", came_of_it]}}]


_NO_TARGET: Document = dict(NO_TARGET)
