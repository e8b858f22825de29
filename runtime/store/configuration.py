"""What admins configure, a collection a kind, and the version that grows with every change.

A change is one transaction: it raises the version first, so that no two changes run side by side, then reads the
configuration, lets the caller decide on it, and writes. What was checked is therefore what is changed, who sees a new
version finds everything that belongs to it, and a crash in between leaves nothing behind.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from motor.motor_asyncio import AsyncIOMotorClientSession
from pydantic import SecretStr
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from contracts.accounts import Account
from contracts.audit import AuditEntry
from contracts.base import Value
from contracts.configuration import Configuration
from contracts.errors import ConfigurationFault
from runtime.crypto import SecretBox
from runtime.logging import get_logger
from runtime.store.audit import record
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.configuration_documents import (
    MODELS,
    Documents,
    E,
    Entity,
    collection_of,
    configuration_of,
    document_of,
    draft_of,
    openable,
    unrevealed,
)
from runtime.store.pages import Page, PageRequest, page_of
from runtime.store.transactions import transaction

log = get_logger(__name__)

INSTALLATION = "installation"

INDEXES: Indexes = {
    "accounts": [IndexModel("key_lower", unique=True, name="one_key")],
    "queues": [IndexModel("name", unique=True, name="one_name")],
    "intervals": [IndexModel("name", unique=True, name="one_name")],
    "pauses": [IndexModel("name", unique=True, name="one_name")],
    "canned_answers": [IndexModel("key", unique=True, name="one_key")],
    "dispositions": [IndexModel([("path", ASCENDING), ("applies_to", ASCENDING)], unique=True, name="one_path")],
}
_FIELD_OF_INDEX = {"key_lower": "key", "path": "levels"}


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be written: values to be created or replaced, and ids to be deleted."""

    put: tuple[Entity, ...] = ()
    delete: tuple[tuple[type[Value], str], ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """What was written, accounts with their new revision, the version that it made, and what it was decided on."""

    version: int
    before: Configuration
    put: tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """The configuration that a change is decided on. Of the accounts' secrets it holds the names only."""

    configuration: Configuration
    _sealed: Mapping[str, Mapping[str, str]]
    _box: SecretBox

    def secrets(self, account_id: str) -> dict[str, SecretStr]:
        """The secrets of one account, those that the keys open."""
        return openable(self._box, self._sealed.get(account_id, {}))


Witness = Callable[[Draft, Changes], Sequence[AuditEntry]]
"""What is to be recorded of changes that were decided on a draft; accounts have their new revision."""


class ConfigurationStore:
    """Reads and changes of the configuration. All methods raise `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store, box: SecretBox) -> None:
        self._db = store.database
        self._news = store.news
        self._box = box

    async def version(self) -> int:
        """The configuration's version; 0 before the first change."""
        with store_errors():
            return _version(await self._db[INSTALLATION].find_one({"_id": "configuration"}))

    async def load(self) -> Configuration:
        """The whole configuration of one moment, secrets included.

        An account whose secrets cannot be decrypted is left out and logged: the others are not to suffer for it.
        """
        version, documents = await transaction(self._db, self._read)
        # Opening the secrets of a thousand accounts takes a tenth of a second, which the event loop is not to wait.
        return await asyncio.to_thread(configuration_of, version, documents, self._box)

    async def get(self, model: type[E], entity_id: str) -> E | None:
        """One value. Of an account's secrets it has the names only; their values are empty."""
        with store_errors():
            document = await self._db[collection_of(model)].find_one({"_id": entity_id})
        return unrevealed(model, document) if document else None

    async def find(self, model: type[E], request: PageRequest) -> Page[E]:
        """A page of the values of one kind, in the order asked for; accounts as in `get`.

        Raises:
            ConfigurationFault: the cursor is not one that an earlier page gave.
        """
        with store_errors():
            return await page_of(self._db[collection_of(model)], request, lambda document: unrevealed(model, document))

    async def put(self, *entities: Entity) -> Changed:
        """Create or replace values as they are, without looking at what they refer to.

        Raises:
            ConfigurationFault: a key or name is taken, or a value cannot be stored.
        """
        return await self.change(lambda _draft: Changes(put=entities))

    async def change(self, decide: Callable[[Draft], Changes], witness: Witness | None = None) -> Changed:
        """Write what `decide` makes of the configuration as it is now; nothing when it raises.

        What `witness` has to tell of it is recorded with it, both or neither. `decide` is called again when another
        change was faster, so it must have no effect of its own.

        Raises:
            ConfigurationFault: a key or name is taken, or a value cannot be stored.
            Unavailable: MongoDB is away; if it went while the change was being committed, that may have happened.
        """

        kinds: set[str] = set()

        async def attempt(session: AsyncIOMotorClientSession) -> Changed:
            await self._raise_version(session)
            version, documents = await self._read(session)
            sealed = {document["_id"]: document["secrets"] for document in documents["accounts"]}
            draft = Draft(draft_of(version, documents), sealed, self._box)
            decided = decide(draft)
            changes = Changes(tuple(_next_revision(draft.configuration, one) for one in decided.put), decided.delete)
            await self._write(session, changes)
            kinds.update(_kinds(changes))
            if witness is not None:
                await record(self._db, witness(draft, changes), session)
            return Changed(version, draft.configuration, changes.put)

        changed = await transaction(self._db, attempt)
        log.info("configuration.changed", version=changed.version)
        self._news.configuration(sorted(kinds))
        return changed

    async def _raise_version(self, session: AsyncIOMotorClientSession) -> None:
        await self._db[INSTALLATION].update_one(
            {"_id": "configuration"}, {"$inc": {"version": 1}}, upsert=True, session=session
        )

    async def _read(self, session: AsyncIOMotorClientSession) -> tuple[int, Documents]:
        version = _version(await self._db[INSTALLATION].find_one({"_id": "configuration"}, session=session))
        documents = {name: await self._db[name].find({}, session=session).to_list(None) for name in MODELS}
        return version, documents

    async def _write(self, session: AsyncIOMotorClientSession, changes: Changes) -> None:
        for entity in changes.put:
            await self._replace(session, entity)
        for model, entity_id in changes.delete:
            await self._db[collection_of(model)].delete_one({"_id": entity_id}, session=session)

    async def _replace(self, session: AsyncIOMotorClientSession, entity: Entity) -> None:
        document = document_of(entity, self._box)
        try:
            await self._db[collection_of(type(entity))].replace_one(
                {"_id": entity.id}, document, upsert=True, session=session
            )
        except DuplicateKeyError as error:
            taken = next(iter((error.details or {}).get("keyPattern", {})), "id")
            raise ConfigurationFault(_FIELD_OF_INDEX.get(taken, taken), "is taken by another one") from error


def _kinds(changes: Changes) -> set[str]:
    models = [*(type(entity) for entity in changes.put), *(model for model, _ in changes.delete)]
    return {collection_of(model) for model in models}


def _version(document: Document | None) -> int:
    return int(document["version"]) if document else 0


def _next_revision(before: Configuration, entity: Entity) -> Entity:
    if not isinstance(entity, Account):
        return entity
    old = before.accounts.get(entity.id)
    return entity.model_copy(update={"revision": old.revision + 1 if old else 1})
