"""An account's AI tools and video: keys go in with the settings and never come out, and the settings must be complete.

A key belongs to the address that it was given for. It stays when an update does not name it, but not when the address
becomes another host's: whoever may edit an account could otherwise have it sent to a host of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from contracts.accounts import AI_KEY, VIDEO_KEY, Account, AiTools, Video
from contracts.errors import ConfigurationFault
from runtime.store.configuration import Draft
from runtime.video.generic import check_link_template


def _printable(key: SecretStr) -> SecretStr:
    if not all("!" <= sign <= "~" for sign in key.get_secret_value()):
        raise ValueError("must consist of visible ASCII characters, without blanks")
    return key


ApiKey = Annotated[
    Annotated[SecretStr, Field(max_length=500), AfterValidator(_printable)] | None,
    Field(
        description="Never shown again. One that is left out stays as it is, unless `base_url` names another host; one "
        "that is empty is taken away.",
    ),
]


class AiToolsInput(AiTools):
    """The settings of the AI tools, and the endpoint's key."""

    api_key: ApiKey = None


class VideoInput(Video):
    """The settings of video, and the provider's key."""

    api_key: ApiKey = None


@dataclass(frozen=True, slots=True)
class _Integration:
    field: str
    secret: str
    input: type[AiToolsInput] | type[VideoInput]
    settings: type[AiTools] | type[Video]


_INTEGRATIONS = (
    _Integration("ai", AI_KEY, AiToolsInput, AiTools),
    _Integration("video", VIDEO_KEY, VideoInput, Video),
)
INTEGRATION_INPUTS: Mapping[str, Any] = {one.field: (one.input, one.input()) for one in _INTEGRATIONS}
"""The fields of an account's input that hold keys."""


def without_keys(secrets: Mapping[str, SecretStr]) -> dict[str, SecretStr]:
    """Those of an account's secrets that are its provider's."""
    ours = {one.secret for one in _INTEGRATIONS}
    return {name: secret for name, secret in secrets.items() if name not in ours}


def integration_settings(body: BaseModel) -> dict[str, AiTools | Video]:
    """The settings of an account's input, without keys."""
    return {
        one.field: one.settings.model_validate(getattr(body, one.field).model_dump(exclude={"api_key"}))
        for one in _INTEGRATIONS
    }


def integration_keys(body: BaseModel, stored: Account | None, draft: Draft) -> dict[str, SecretStr]:
    """The keys that an account has once an input is saved.

    Raises:
        ConfigurationFault: a stored one would be sent to another host than it was given for.
    """
    known = draft.secrets(stored.id) if stored else {}
    keys = {one.secret: _key(one, body, stored, known.get(one.secret)) for one in _INTEGRATIONS}
    return {name: key for name, key in keys.items() if key is not None and key.get_secret_value()}


def _key(one: _Integration, body: BaseModel, stored: Account | None, known: SecretStr | None) -> SecretStr | None:
    wanted = getattr(body, one.field)
    if wanted.api_key is not None:
        given: SecretStr = wanted.api_key
        return given
    if (
        known is not None
        and wanted.base_url
        and _origin(wanted.base_url) != _origin(getattr(stored, one.field).base_url)
    ):
        raise ConfigurationFault(f"{one.field}.api_key", "must be given again, for base_url names another host")
    return known


def _origin(url: str | None) -> tuple[str, str] | None:
    if url is None:
        return None
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def check_integrations(account: Account) -> None:
    """Check that what is turned on is complete, and that links can be made.

    Raises:
        ConfigurationFault: the first rule that is broken.
    """
    _required("ai.base_url", account.ai.base_url, on=account.ai.enabled)
    _required("ai.model", account.ai.model, on=account.ai.enabled)
    _required("video.base_url", account.video.base_url, on=account.video.enabled)
    if account.video.link_template:
        check_link_template(account.video.link_template, "video.link_template")


def _required(field: str, value: str | None, *, on: bool) -> None:
    if on and not value:
        raise ConfigurationFault(field, "is required while this is on")
