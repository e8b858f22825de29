"""Values to documents and back: the field `id` is MongoDB's `_id`, everything else keeps its name."""

from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel

from runtime.store.client import Document

V = TypeVar("V", bound=BaseModel)


def plain(value: object) -> object:
    """A field's value as MongoDB takes it."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, BaseModel):
        return value.model_dump(mode="python")
    if isinstance(value, tuple | frozenset | list):
        return [plain(item) for item in value]
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
