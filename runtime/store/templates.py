"""Templates as the providers have them, by account; replaced as a whole when an account is synchronised."""

from collections.abc import Sequence
from datetime import datetime

from pymongo import ASCENDING, DeleteMany, IndexModel, ReplaceOne

from contracts.base import Instant, Value
from contracts.outbound import Template, TemplateStatus, template_key
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.documents import from_document, to_document

TEMPLATES, SYNCHRONISATIONS = "templates", "template_synchronisations"
INDEXES: Indexes = {
    TEMPLATES: [
        IndexModel([("account_id", ASCENDING), ("name", ASCENDING), ("language", ASCENDING)], name="of_account")
    ]
}


class Synchronisation(Value):
    """When an account's templates were last read from the provider, and why that failed, if it did."""

    id: str
    at: Instant
    fault: str = ""


class TemplateStore:
    """Reads and writes of templates. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._templates = store.database[TEMPLATES]
        self._synchronisations = store.database[SYNCHRONISATIONS]
        self._news = store.news

    async def find(self, account_id: str, status: TemplateStatus | None = None) -> list[Template]:
        """The templates of an account, by name and language."""
        query: Document = {"account_id": account_id, **({} if status is None else {"status": status.value})}
        with store_errors():
            cursor = self._templates.find(query).sort([("name", ASCENDING), ("language", ASCENDING)])
            return [from_document(Template, document) async for document in cursor]

    async def get(self, account_id: str, name: str, language: str) -> Template | None:
        """One template."""
        with store_errors():
            document = await self._templates.find_one({"_id": template_key(account_id, name, language)})
        return from_document(Template, document) if document else None

    async def replace(self, account_id: str, templates: Sequence[Template], now: datetime) -> None:
        """Keep these as the templates of an account, and no others."""
        kept = {template.id: template for template in templates}
        operations: list[ReplaceOne[Document] | DeleteMany] = [
            ReplaceOne({"_id": template.id}, to_document(template), upsert=True) for template in kept.values()
        ]
        operations.append(DeleteMany({"account_id": account_id, "_id": {"$nin": list(kept)}}))
        with store_errors():
            await self._templates.bulk_write(operations, ordered=False)
        await self._note(Synchronisation(id=account_id, at=now))

    async def note_fault(self, account_id: str, fault: str, now: datetime) -> None:
        """Say that the templates could not be read, and why; those that are known stay."""
        await self._note(Synchronisation(id=account_id, at=now, fault=fault))

    async def synchronised(self, account_id: str) -> Synchronisation | None:
        """How the last synchronisation went; None when there was none."""
        with store_errors():
            document = await self._synchronisations.find_one({"_id": account_id})
        return from_document(Synchronisation, document) if document else None

    async def _note(self, synchronisation: Synchronisation) -> None:
        with store_errors():
            await self._synchronisations.replace_one(
                {"_id": synchronisation.id}, to_document(synchronisation), upsert=True
            )
        self._news.configuration([TEMPLATES])
