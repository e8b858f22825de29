"""Accounts: a WhatsApp number at a provider, with everything that governs its traffic (domain, section 1).

The credentials' form belongs to the provider (`gateway/providers/<type>/manifest.py`); here they are what that form has
checked: public ones in the clear, secret ones wrapped so that they cannot be printed by accident.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints

from contracts.actions import Action
from contracts.base import Count, Id, Name, PhoneNumber, Value
from contracts.timezones import known_timezone

AccountKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,5}$")]
BaseUrl = Annotated[
    str,
    BeforeValidator(lambda value: value.rstrip("/") if isinstance(value, str) else value),
    StringConstraints(pattern=r"^https?://[^/\s?#@]+(/[^\s?#]*)?$", max_length=500),
]
TimeZone = Annotated[str, AfterValidator(known_timezone)]


class WhitelistMode(StrEnum):
    """Whether the associated whitelists decide who is admitted."""

    OFF = "off"
    ONLY_LISTED = "only_listed"


class Notification(Value):
    """How an agent is told of a new message; the template may use variables."""

    template: Annotated[str, StringConstraints(max_length=500)] = ""
    sound: bool = True


class Transfer(Value):
    """Whether interactions may be transferred, and after how many seconds one not accepted returns to the sender."""

    enabled: bool = False
    timeout: Annotated[int, Field(ge=1, le=24 * 3600)] = 60


class MandatoryDisposition(Value):
    """Whether a disposition must be given at closing, and the pause that holds the agent until then."""

    enabled: bool = False
    pause: Annotated[str, StringConstraints(max_length=64)] = ""


class AiTools(Value):
    """The OpenAI-compatible endpoint of the agents' AI tools; nothing leaves the system while they are off."""

    enabled: bool = False
    base_url: BaseUrl | None = None
    model: Annotated[str, StringConstraints(max_length=100)] = ""


class CannedAnswer(Value):
    """A prepared answer; the text may use variables."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    text: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class Video(Value):
    """The account's video integration."""

    enabled: bool = False
    base_url: BaseUrl | None = None
    link_template: Annotated[str, StringConstraints(max_length=500)] = ""


class Account(Value):
    """An account. `webhook_url` is what is pasted at the provider; `revision` grows with every change."""

    id: Id
    name: Name
    key: AccountKey
    list_id: Id
    type: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
    phone: PhoneNumber
    description: Annotated[str, StringConstraints(max_length=500)] = ""
    domain: BaseUrl | None = None
    proxy: BaseUrl | None = None
    credentials: dict[str, str] = Field(default_factory=dict)
    secrets: dict[str, SecretStr] = Field(default_factory=dict, repr=False)
    timezone: TimeZone = "UTC"
    attributes: dict[str, Any] = Field(default_factory=dict)
    inactivity_timeout: Annotated[int, Field(ge=0, le=60 * 24 * 30, description="minutes; 0 = never")] = 0
    reopen_within: Annotated[int, Field(ge=0, le=24 * 30, description="hours; 0 = always open a new one")] = 0
    notification: Notification = Notification()
    transfer: Transfer = Transfer()
    mandatory_disposition: MandatoryDisposition = MandatoryDisposition()
    recontact_template: Annotated[str, StringConstraints(max_length=512)] = ""
    ai: AiTools = AiTools()
    video: Video = Video()
    whitelist_mode: WhitelistMode = WhitelistMode.OFF
    whitelists: tuple[Id, ...] = ()
    refusal_text: Annotated[str, StringConstraints(max_length=4096)] = ""
    dispositions: tuple[str, ...] = ()
    canned_answers: tuple[CannedAnswer, ...] = ()
    actions: Annotated[tuple[Action, ...], Field(max_length=1000)] = ()
    agents: tuple[Id, ...] = ()
    revision: Count = 0

    @property
    def webhook_path(self) -> str:
        """The path of the account's webhook URL."""
        return f"/webhooks/{self.type}/{self.key}"
