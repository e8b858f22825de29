"""The body of a call that sends a message: whom it is for, and what it says."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from runtime.sandbox.meta.errors import GraphError
from runtime.sandbox.meta.parts import (
    ButtonMessage,
    Card,
    Context,
    Document,
    File,
    Heard,
    ListMessage,
    Location,
    Reaction,
    Seen,
    Template,
    Text,
)

CODES = {"missing": 131008, "extra_forbidden": 100}
"""The codes of what may be wrong; every other value that is not as it should be is 131009."""


class Envelope(BaseModel):
    """What all messages have: a customer by number or by business-scoped user id, and a type."""

    model_config = ConfigDict(strict=True)

    messaging_product: Literal["whatsapp"]
    recipient_type: Literal["individual"] = "individual"
    to: Annotated[str, Field(pattern=r"^\+?[1-9][0-9]{6,14}$")] | None = None
    recipient: Annotated[str, Field(pattern=r"^[A-Z]{2}\.[0-9A-Za-z]{1,128}$")] | None = None
    type: str = "text"
    context: Context | None = None
    biz_opaque_callback_data: Annotated[str, Field(max_length=512)] | None = None

    @model_validator(mode="after")
    def _has_a_customer(self) -> Self:
        if not (self.to or self.recipient):
            raise ValueError("to: the customer is missing")
        if self.context and self.type == "reaction":
            raise ValueError("context: a reaction has none")
        return self


PARTS: dict[str, TypeAdapter[Any]] = {
    "text": TypeAdapter(Text),
    "image": TypeAdapter(Seen),
    "video": TypeAdapter(Seen),
    "audio": TypeAdapter(Heard),
    "document": TypeAdapter(Document),
    "sticker": TypeAdapter(File),
    "location": TypeAdapter(Location),
    "contacts": TypeAdapter(Annotated[list[Card], Field(min_length=1)]),
    "reaction": TypeAdapter(Reaction),
    "interactive": TypeAdapter(Annotated[ButtonMessage | ListMessage, Field(discriminator="type")]),
    "template": TypeAdapter(Template),
}
"""The parts of the types that are known."""


def read(body: object) -> tuple[Envelope, Any]:
    """A message, and the part of its type.

    Raises:
        GraphError: Meta would not take it.
    """
    try:
        envelope = Envelope.model_validate(body)
        if envelope.type not in PARTS:
            raise GraphError(131009, f"type: {envelope.type} is not known")
        part = body.get(envelope.type) if isinstance(body, dict) else None
        if part is None:
            raise GraphError(131008, f"{envelope.type}: Field required")
        return envelope, PARTS[envelope.type].validate_python(part)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"]))
        raise GraphError(CODES.get(first["type"], 131009), f"{path}: {first['msg']}") from None
