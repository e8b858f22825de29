"""Twilio's parameters, as far as we read them. All are strings; a blank one means the same as a missing one."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator
from pydantic.alias_generators import to_pascal

from gateway.providers.payload import Wire

PREFIX = "whatsapp:"
MAX_FILES = 100
ChannelAddress = Annotated[str, Field(pattern=rf"^{PREFIX}(?s:.)+$")]
Filled = Annotated[str, Field(min_length=1)]


class Parameters(Wire):
    """What messages and statuses have in common."""

    model_config = ConfigDict(alias_generator=to_pascal)

    message_sid: Filled
    from_: ChannelAddress | None = Field(None, alias="From")
    to: ChannelAddress | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if value is not None and value != ""}


class Inbound(Parameters):
    """A message. Which kind it is follows from the fields that are there; `message_type` is a hint only."""

    body: str = ""
    message_type: str = ""
    num_media: Annotated[int, Field(ge=0, le=MAX_FILES)] = 0
    latitude: str | None = None
    longitude: str | None = None
    address: str = ""
    label: str = ""
    button_payload: str | None = None
    button_text: str | None = None
    list_id: str | None = None
    list_title: str | None = None
    list_description: str = ""
    interactive_data: str | None = None
    profile_name: str = ""
    wa_id: str | None = None
    external_user_id: str | None = None
    original_replied_message_sid: str | None = None
    original_replied_message_sender: str | None = None
    forwarded: str = ""
    frequently_forwarded: str = ""
    referral_source_type: str = ""
    referral_source_id: str = ""
    referral_source_url: str = ""
    referral_headline: str = ""
    referral_body: str = ""
    referral_media_url: str = ""
    referral_media_content_type: str = ""
    referral_ctwa_clid: str = ""


class Status(Parameters):
    """A status callback. The customer is in `To`, the business number in `From`."""

    error_code: str | None = None
    error_message: str = ""
    channel_status_message: str = ""
