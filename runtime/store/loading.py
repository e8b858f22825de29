"""Everything that the router needs to know about a batch of events, in one read."""

from collections.abc import Collection
from dataclasses import dataclass, field

from pymongo import ASCENDING

from contracts.contacts import Contact
from contracts.interactions import Interaction
from runtime.store.client import Document
from runtime.store.collections import CONTACTS, INTERACTIONS, MESSAGES
from runtime.store.contact_documents import MERGED_INTO
from runtime.store.documents import from_document

HISTORY, FINISHED, LAST = "history", "finished", "last"


@dataclass(slots=True)
class Loaded:
    """What the store knows about the conversations and messages of a batch."""

    interactions: dict[str, Interaction] = field(default_factory=dict)
    """The open interaction, by conversation."""
    contacts: dict[str, Contact] = field(default_factory=dict)
    """Contacts by the id that was asked for; it is another one than their own where they were merged."""
    aliases: dict[str, str] = field(default_factory=dict)
    """The contact that was kept, by the id of one that was merged into it."""
    stored: dict[str, str] = field(default_factory=dict)
    """The event that stored a message, by message id."""
    last: dict[str, Interaction] = field(default_factory=dict)
    """The closed interaction that was opened last, by conversation, of those that it was asked for."""
    previous_agents: dict[str, str] = field(default_factory=dict)
    """Who had the last closed interaction, by conversation."""
    finished: dict[str, Interaction] = field(default_factory=dict)
    """Closed interactions to which an event of the batch was applied before, by event."""


def pipeline(
    conversations: Collection[str],
    contacts: Collection[str],
    messages: Collection[str],
    events: Collection[str],
    reopening: Collection[str],
) -> list[Document]:
    """The aggregation over interactions that finds it; every document says in `is` what it is."""
    stages: list[Document] = [
        {"$match": {"conversation": {"$in": list(conversations)}, "open": True}},
        {"$set": {"is": INTERACTIONS}},
        {"$unionWith": {"coll": INTERACTIONS, "pipeline": _history(conversations)}},
        {"$unionWith": {"coll": INTERACTIONS, "pipeline": _finished(conversations, events)}},
    ]
    if reopening:
        stages.append({"$unionWith": {"coll": INTERACTIONS, "pipeline": _last(reopening)}})
    if contacts:
        found = [{"$match": {"_id": {"$in": list(contacts)}}}, {"$set": {"is": CONTACTS}}]
        stages.append({"$unionWith": {"coll": CONTACTS, "pipeline": found}})
    if messages:
        known = [
            {"$match": {"_id": {"$in": list(messages)}}},
            {"$project": {"event_id": 1, "is": {"$literal": MESSAGES}}},
        ]
        stages.append({"$unionWith": {"coll": MESSAGES, "pipeline": known}})
    return stages


def _history(conversations: Collection[str]) -> list[Document]:
    return [
        {"$match": {"conversation": {"$in": list(conversations)}, "open": False, "owner": {"$type": "string"}}},
        {"$sort": {"conversation": ASCENDING, "opened_at": ASCENDING}},
        {"$group": {"_id": "$conversation", "owner": {"$last": "$owner"}}},
        {"$set": {"is": HISTORY}},
    ]


def _last(conversations: Collection[str]) -> list[Document]:
    return [
        {"$match": {"conversation": {"$in": list(conversations)}, "open": False}},
        {"$sort": {"conversation": ASCENDING, "opened_at": ASCENDING}},
        {"$group": {"_id": "$conversation", "last": {"$last": "$$ROOT"}}},
        {"$replaceRoot": {"newRoot": "$last"}},
        {"$set": {"is": LAST}},
    ]


def _finished(conversations: Collection[str], events: Collection[str]) -> list[Document]:
    """Closed interactions that name one of the events: a crash came between their last write and the rest of it."""
    names = {"$map": {"input": {"$objectToArray": "$applied"}, "in": "$$this.k"}}
    named = {"$gt": [{"$size": {"$setIntersection": [names, {"$literal": list(events)}]}}, 0]}
    match = {"conversation": {"$in": list(conversations)}, "open": False, "$expr": named}
    return [{"$match": match}, {"$set": {"is": FINISHED}}]


def sort_in(loaded: Loaded, document: Document) -> None:
    """Put a document of the aggregation where it belongs."""
    match document["is"]:
        case "interactions":
            interaction = from_document(Interaction, document)
            loaded.interactions[interaction.conversation] = interaction
        case "contacts" if MERGED_INTO in document:
            loaded.aliases[document["_id"]] = document[MERGED_INTO]
        case "contacts":
            contact = from_document(Contact, document)
            loaded.contacts[contact.id] = contact
        case "finished":
            finished = from_document(Interaction, document)
            loaded.finished |= dict.fromkeys(finished.applied, finished)
        case "last":
            last = from_document(Interaction, document)
            loaded.last[last.conversation] = last
        case "history":
            loaded.previous_agents[document["_id"]] = document["owner"]
        case _:
            loaded.stored[document["_id"]] = document["event_id"]
