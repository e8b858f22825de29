"""Values to documents and back: the field `id` is MongoDB's `_id`, everything else keeps its name."""

from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel

from runtime.store.client import Document

V = TypeVar("V", bound=BaseModel)

WHOLE_NUMBERS = range(-(2**63), 2**63)
"""What MongoDB can hold; a provider's raw form may hold others, which are kept in words."""


def plain(value: object) -> object:
    """A field's value as MongoDB takes it."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, BaseModel):
        return _storable(value.model_dump(mode="python"))
    if isinstance(value, dict):
        return _storable(value)
    if isinstance(value, tuple | frozenset | list):
        return [plain(item) for item in value]
    return value


def _storable(value: object) -> object:
    """A raw form as it is, but for what JSON knows and MongoDB does not: NUL in names, and huge numbers."""
    if isinstance(value, dict):
        return {str(name).replace("\0", "\ufffd"): _storable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(part) for part in value]
    if isinstance(value, int) and value not in WHOLE_NUMBERS:
        return str(value)
    return value


def to_document(value: BaseModel) -> Document:
    """The document of a value that has an `id`."""
    document = {name: plain(getattr(value, name)) for name in type(value).model_fields}
    return {"_id": document.pop("id"), **document}


def from_document(model: type[V], document: Document) -> V:
    """The value of a document. Fields that a later version added to it are left aside."""
    known = {name: document[name] for name in model.model_fields if name in document}
    return model.model_validate({**known, "id": document["_id"]})


def changes(before: BaseModel, after: BaseModel) -> Document:
    """The fields in which two values of the same type differ, as MongoDB takes them."""
    return {
        name: plain(getattr(after, name))
        for name in type(after).model_fields
        if getattr(after, name) != getattr(before, name)
    }


def holders_of(interaction: Document) -> frozenset[str]:
    """The agents who own an interaction or are offered it, of a document that has at least these two fields."""
    return frozenset({interaction.get("owner"), *interaction.get("offered_to", ())} - {None})
