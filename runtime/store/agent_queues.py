"""Agent queues: a projection of the interactions onto the agents who have them in front of them.

An entry shows an interaction at a version, and one of an older version never overwrites one of a newer. Whoever writes
entries reads the interactions' versions again afterwards, and writes once more if they have moved on: so the last
writer has always seen the last state, and no lock is needed between workers and console.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from pymongo import ASCENDING, DeleteMany, IndexModel, UpdateOne

from contracts.interactions import AgentQueueEntry, EntryKind, Interaction
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.collections import AGENT_QUEUES, INTERACTIONS
from runtime.store.documents import from_document, to_document
from runtime.store.duplicates import only_duplicates
from runtime.store.interactions import InteractionStore

INDEXES: Indexes = {
    AGENT_QUEUES: [
        # Without the order: it changes with every message, and what one agent has in front of them is soon sorted.
        IndexModel("agent_id", name="of_agent"),
        IndexModel([("interaction_id", ASCENDING)], name="of_interaction"),
    ]
}


def entries_of(interaction: Interaction) -> Iterator[AgentQueueEntry]:
    """The entries that an interaction makes: one for its owner, or one for each agent to whom it is offered."""
    agents = [(interaction.owner, EntryKind.OWNED)] if interaction.owner else []
    agents += [(agent, EntryKind.OFFER) for agent in interaction.offered_to]
    for agent_id, kind in agents if interaction.open else ():
        yield AgentQueueEntry(
            id=f"{agent_id}:{interaction.id}",
            agent_id=agent_id,
            interaction_id=interaction.id,
            account_id=interaction.account_id,
            account_key=interaction.account_key,
            contact_name=interaction.contact_name,
            contact_key=interaction.contact_key,
            kind=kind,
            unread=interaction.unread,
            preview=interaction.preview,
            sequence=interaction.sequence,
            last_message_at=interaction.last_message_at,
            waiting_since=interaction.waiting_since,
            round=interaction.round,
            offer_ends_at=interaction.offer_ends_at if kind is EntryKind.OFFER else None,
            failure=interaction.failure,
            state=interaction.state,
            transfer=interaction.transfer,
            unread_mark=interaction.unread_mark,
            correlation_id=interaction.correlation_id,
            version=interaction.version,
        )


class AgentQueues:
    """Reads and writes of agent queues."""

    def __init__(self, store: Store, interactions: InteractionStore) -> None:
        self._collection = store.database[AGENT_QUEUES]
        self._versions = store.database[INTERACTIONS]
        self._interactions = interactions
        self._news = store.news

    async def entries(self, agent_id: str) -> list[AgentQueueEntry]:
        """What an agent has in front of them, in the order to be worked: offers first, then who wrote longest ago."""
        with store_errors():
            cursor = self._collection.find({"agent_id": agent_id})
            cursor = cursor.sort([("kind", ASCENDING), ("last_message_at", ASCENDING), ("_id", ASCENDING)])
            return [from_document(AgentQueueEntry, document) async for document in cursor]

    async def deliver(self, ids: Collection[str], *, settle: Collection[str] = ()) -> list[Interaction]:
        """Bring the entries of interactions in line with what is stored now; those interactions.

        For the ones in `settle`, entries of agents who have no part in them any more are taken away as well.
        """
        return await self.show(await self._interactions.get_many(ids), settle=settle)

    async def refresh(self, entries: Iterable[AgentQueueEntry]) -> set[str]:
        """Write what a message changes into entries that are there, and older; the interactions to be delivered whole.

        Most deliveries are such, and this costs the database a third of writing the whole entry. Nothing need be read
        again afterwards: what is only changed where it stands cannot bring back what somebody else has taken away.
        """
        latest = {entry.id: entry for entry in sorted(entries, key=lambda entry: entry.version)}
        if not latest:
            return set()
        with store_errors():
            result = await self._collection.bulk_write([_fresh(entry) for entry in latest.values()], ordered=False)
        for entry in latest.values():
            self._news.agent_queue(entry.agent_id, entry.interaction_id, entry.account_id)
        done = result.matched_count == len(latest)
        return set() if done else {entry.interaction_id for entry in latest.values()}

    async def show(self, interactions: Sequence[Interaction], *, settle: Collection[str] = ()) -> list[Interaction]:
        """The same for interactions that have just been read or written."""
        shown: dict[str, Interaction] = {}
        while interactions:
            seeing = await self._seeing({one.id for one in interactions} & {*settle})
            await self._write(interactions, settle)
            self._tell(interactions, seeing)
            shown.update((interaction.id, interaction) for interaction in interactions)
            moved = await self.moved(interactions)
            settle = {*settle, *moved}
            interactions = await self._interactions.get_many(moved) if moved else []
        return list(shown.values())

    async def _seeing(self, ids: Collection[str]) -> list[tuple[str, str]]:
        """Who has entries of interactions before these are brought in line, as pairs of agent and interaction."""
        if not ids:
            return []
        with store_errors():
            cursor = self._collection.find({"interaction_id": {"$in": list(ids)}}, {"agent_id": 1, "interaction_id": 1})
            return [(document["agent_id"], document["interaction_id"]) async for document in cursor]

    def _tell(self, interactions: Sequence[Interaction], seeing: Iterable[tuple[str, str]]) -> None:
        self._news.interactions(interactions)
        by_id = {interaction.id: interaction for interaction in interactions}
        seen = ((agent_id, by_id[interaction_id]) for agent_id, interaction_id in seeing)
        entries = ((entry.agent_id, interaction) for interaction in interactions for entry in entries_of(interaction))
        self._news.agent_queues([*seen, *entries])

    async def _write(self, interactions: Iterable[Interaction], settle: Collection[str]) -> None:
        operations: list[UpdateOne | DeleteMany] = []
        for interaction in interactions:
            entries = list(entries_of(interaction))
            operations += [_upsert(entry) for entry in entries]
            if interaction.id in settle:
                stale = {"interaction_id": interaction.id, "agent_id": {"$nin": [entry.agent_id for entry in entries]}}
                operations.append(DeleteMany({**stale, "version": {"$lte": interaction.version}}))
        if operations:
            with store_errors(), only_duplicates():
                await self._collection.bulk_write(operations, ordered=False)

    async def moved(self, interactions: Sequence[Interaction]) -> list[str]:
        """Those of the interactions that somebody has changed since."""
        seen = {interaction.id: interaction.version for interaction in interactions}
        with store_errors():
            cursor = self._versions.find({"_id": {"$in": list(seen)}}, {"version": 1})
            return [document["_id"] async for document in cursor if document["version"] != seen[document["_id"]]]


def _fresh(entry: AgentQueueEntry) -> UpdateOne:
    fields = {name: getattr(entry, name) for name in ("unread", "preview", "sequence", "last_message_at", "version")}
    return UpdateOne(
        {"_id": entry.id, "kind": entry.kind.value, "round": entry.round, "version": {"$lt": entry.version}},
        {"$set": fields},
    )


def _upsert(entry: AgentQueueEntry) -> UpdateOne:
    document: Document = to_document(entry)
    # A newer entry does not match; the insert then fails as a duplicate, which is what is wanted.
    return UpdateOne({"_id": document["_id"], "version": {"$lt": entry.version}}, {"$set": document}, upsert=True)
