"""What has become of conversations, read in one go: for the demonstration and for tests that count every message."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from pymongo import ASCENDING

from contracts.interactions import AgentQueueEntry, Interaction
from contracts.stored import StoredMessage
from runtime.store.client import Store, store_errors
from runtime.store.collections import AGENT_QUEUES, CONTACTS, INTERACTIONS, MESSAGES, REJECTIONS
from runtime.store.contact_documents import MERGED_INTO
from runtime.store.documents import from_document


@dataclass(slots=True)
class Evidence:
    """Everything that is stored about one conversation."""

    interactions: list[Interaction] = field(default_factory=list)
    messages: list[StoredMessage] = field(default_factory=list)
    entries: list[AgentQueueEntry] = field(default_factory=list)
    rejections: int = 0
    contacts: int = 0

    @property
    def inbound(self) -> list[StoredMessage]:
        """The customer's messages, in order."""
        return [message for message in self.messages if message.direction == "inbound"]

    @property
    def outbound(self) -> list[StoredMessage]:
        """The messages to the customer, in order."""
        return [message for message in self.messages if message.direction == "outbound"]


class EvidenceStore:
    """Reads of everything about conversations."""

    def __init__(self, store: Store) -> None:
        self._db = store.database

    async def of(self, conversations: Sequence[tuple[str, str, str]]) -> dict[str, Evidence]:
        """The evidence of conversations, each given as (key, account id, contact key), by key."""
        found: dict[str, Evidence] = defaultdict(Evidence)
        keys = [key for key, _, _ in conversations]
        by_pair = {(account_id, contact_key): key for key, account_id, contact_key in conversations}
        with store_errors():
            owner: dict[str, str] = {}
            async for document in self._db[INTERACTIONS].find({"conversation": {"$in": keys}}):
                interaction = from_document(Interaction, document)
                found[interaction.conversation].interactions.append(interaction)
                owner[interaction.id] = interaction.conversation
            of_these = {"interaction_id": {"$in": list(owner)}}
            order = [("interaction_id", ASCENDING), ("sequence", ASCENDING)]
            async for document in self._db[MESSAGES].find(of_these).sort(order):
                found[owner[document["interaction_id"]]].messages.append(from_document(StoredMessage, document))
            async for document in self._db[AGENT_QUEUES].find(of_these):
                found[owner[document["interaction_id"]]].entries.append(from_document(AgentQueueEntry, document))
            await self._count(found, by_pair)
        return found

    async def _count(self, found: dict[str, Evidence], by_pair: dict[tuple[str, str], str]) -> None:
        contacts = list({contact for _, contact in by_pair})
        accounts = list({account for account, _ in by_pair})
        query = {"account_id": {"$in": accounts}, "contact_key": {"$in": contacts}}
        async for document in self._db[REJECTIONS].find(query):
            if key := by_pair.get((document["account_id"], document["contact_key"])):
                found[key].rejections += 1
        known = {
            row["_id"]: row["n"]
            async for row in self._db[CONTACTS].aggregate(
                [
                    {"$match": {"key": {"$in": contacts}, MERGED_INTO: None}},
                    {"$group": {"_id": "$key", "n": {"$sum": 1}}},
                ]
            )
        }
        for (_, contact), key in by_pair.items():
            found[key].contacts = known.get(contact, 0)
