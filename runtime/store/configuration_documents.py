"""Configuration as documents: how a value is kept, and what an account's secrets look like in between."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import bson
from bson.errors import BSONError
from pydantic import SecretStr, ValidationError

from contracts.accounts import Account
from contracts.base import Value
from contracts.configuration import Configuration
from contracts.contacts import ContactList
from contracts.desk import Disposition, GlobalAnswer, Pause
from contracts.errors import ConfigurationFault
from contracts.intervals import Interval
from contracts.queues import Agent, Queue, Team
from contracts.whitelists import Whitelist
from runtime.crypto import SecretBox, UndecryptableSecret
from runtime.logging import get_logger
from runtime.store.client import Document
from runtime.store.documents import from_document

log = get_logger(__name__)

Entity = Account | Whitelist | Queue | Agent | Team | ContactList | Interval | Pause | GlobalAnswer | Disposition
E = TypeVar("E", bound=Entity)
Documents = Mapping[str, Sequence[Document]]
"""Every document of the configuration, by collection."""

MODELS: Mapping[str, type[Entity]] = {
    "accounts": Account,
    "whitelists": Whitelist,
    "queues": Queue,
    "agents": Agent,
    "teams": Team,
    "lists": ContactList,
    "intervals": Interval,
    "pauses": Pause,
    "canned_answers": GlobalAnswer,
    "dispositions": Disposition,
}
"""What is kept in which collection; the names are also those of the fields of `Configuration`."""

_COLLECTIONS: Mapping[type[Value], str] = {model: name for name, model in MODELS.items()}
_UNREVEALED = SecretStr("")


def collection_of(model: type[Value]) -> str:
    """The name of the collection that a kind of value is kept in."""
    return _COLLECTIONS[model]


def document_of(entity: Entity, box: SecretBox) -> Document:
    """The document of a value; the secrets of an account encrypted, each for itself.

    Raises:
        ConfigurationFault: MongoDB cannot keep it: a number beyond 64 bits, or text that is not Unicode.
    """
    document = entity.model_dump(mode="json")
    document["_id"] = document.pop("id")
    if isinstance(entity, Account):
        document["key_lower"] = entity.key.lower()
        document["secrets"] = {name: box.encrypt(secret.get_secret_value()) for name, secret in entity.secrets.items()}
    for name, value in document.items():
        try:
            bson.encode({name: value})
        except (BSONError, OverflowError, ValueError, RecursionError):
            raise ConfigurationFault(
                name, "cannot be stored: a number is too large, or a text is not Unicode"
            ) from None
    return document


def unrevealed(model: type[E], document: Document) -> E:
    """The value of a document. Of an account's secrets it has the names only; their values are empty."""
    if model is Account:
        document = {**document, "secrets": dict.fromkeys(document["secrets"], _UNREVEALED)}
    return from_document(model, document)


def opened(box: SecretBox, sealed: Mapping[str, str]) -> dict[str, SecretStr]:
    """The secrets of one account.

    Raises:
        UndecryptableSecret: no key opens one of them.
    """
    return {name: SecretStr(box.decrypt(token, f"credentials.{name}")) for name, token in sealed.items()}


def openable(box: SecretBox, sealed: Mapping[str, str]) -> dict[str, SecretStr]:
    """Those secrets of one account that the keys open."""
    found: dict[str, SecretStr] = {}
    for name, token in sealed.items():
        try:
            found |= opened(box, {name: token})
        except UndecryptableSecret as error:
            log.warning("configuration.secret_undecryptable", field=error.field)
    return found


def draft_of(version: int, documents: Documents) -> Configuration:
    """The configuration with accounts as `unrevealed` gives them."""
    return _configuration(version, documents, unrevealed)


def configuration_of(version: int, documents: Documents, box: SecretBox) -> Configuration:
    """The configuration with all secrets in the clear. What cannot be read is left out, and logged."""

    def read(model: type[Entity], document: Document) -> Entity:
        if model is Account:
            document = {**document, "secrets": opened(box, document["secrets"])}
        return from_document(model, document)

    return _configuration(version, documents, read)


def _configuration(version: int, documents: Documents, read: Callable[[type[Any], Document], Entity]) -> Configuration:
    kinds = {
        name: {value.id: value for value in _readable(model, documents[name], read)} for name, model in MODELS.items()
    }
    return Configuration.model_validate({"version": version, **kinds})


def _readable(
    model: type[Entity], documents: Sequence[Document], read: Callable[[type[Any], Document], Entity]
) -> Iterator[Entity]:
    # What one document suffers from must not take all the others down with it.
    for document in documents:
        try:
            yield read(model, document)
        except UndecryptableSecret as error:
            log.error("configuration.left_out", kind=collection_of(model), id=document["_id"], reason=str(error))
        except ValidationError as error:
            fields = sorted({".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False)})
            log.error("configuration.left_out", kind=collection_of(model), id=document["_id"], fields=fields)
