"""Accounts: a WhatsApp number at a provider, with everything that governs its traffic (domain, section 1).

The credentials' form belongs to the provider (`gateway/providers/<type>/manifest.py`); here they are what that form has
checked: public ones in the clear, secret ones wrapped so that they cannot be printed by accident.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, StringConstraints

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


AI_KEY, VIDEO_KEY = "ai_api_key", "video_api_key"
"""Under which names an account's `secrets` hold the keys of its integrations, beside what its provider needs."""


class AiTools(Value):
    """The OpenAI-compatible endpoint of the agents' AI tools; nothing leaves the system while they are off."""

    enabled: bool = False
    base_url: BaseUrl | None = None
    model: Annotated[str, StringConstraints(max_length=100)] = ""
    messages: Annotated[int, Field(ge=1, le=100, description="how many of the last messages a tool may see")] = 20
    share_names: Annotated[bool, Field(description="off: the customer's name does not leave the system")] = False
    share_numbers: Annotated[bool, Field(description="off: no phone number leaves the system")] = False


class CannedAnswer(Value):
    """A prepared answer; the text may use variables."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    text: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class Video(Value):
    """The account's video integration.

    `link_template` makes the customer's link of the fields of the provider's answer (`https://video.example/{id}`);
    without one the answer has it. `message` is what the customer gets, with the link in it.
    """

    enabled: bool = False
    base_url: BaseUrl | None = None
    link_template: Annotated[str, StringConstraints(max_length=500)] = ""
    link_minutes: Annotated[int, Field(ge=1, le=24 * 60, description="how long the customer's link is good")] = 60
    message: Annotated[str, StringConstraints(max_length=1000, pattern=r"\{link\}")] = "Join the video call: {link}"


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
    canned_answers: tuple[CannedAnswer, ...] = ()
    actions: Annotated[tuple[Action, ...], Field(max_length=1000)] = ()
    agents: tuple[Id, ...] = ()
    revision: Count = 0
    _made_up: frozenset[str] = PrivateAttr(frozenset())

    @property
    def made_up(self) -> frozenset[str]:
        """Names of the secrets that were made up when this very value was built: whoever wrote it is shown them."""
        return self._made_up

    def with_made_up(self, names: frozenset[str]) -> "Account":
        """The same account, whose secrets of these names were made up just now. It is not stored."""
        account = self.model_copy()
        account._made_up = names
        return account

    @property
    def webhook_path(self) -> str:
        """The path of the account's webhook URL."""
        return f"/webhooks/{self.type}/{self.key}"
