"""The video provider that is asked over plain HTTP and answers with JSON.

    POST {base_url}/sessions      {"reference": ..., "expires_at": ..., "callback_url": ...}, the key as a bearer token
    -> {"id": ..., "url": ..., "agent_url": ..., further fields}

`id` is required. The customer's link is made of the account's template with the answer's fields, or else is `url`;
`agent_url` is optional. What it reports to the callback URL is `{"event": "joined"}` or `{"event": "ended"}`, with a
`role` where it tells people apart: that an agent came is not recorded. Vidaoo's own API is not published as a whole
(unconfirmed): base URL, key and template are what its integrations elsewhere ask for.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.accounts import VIDEO_KEY, Account
from contracts.errors import ConfigurationFault
from contracts.video import VideoMoment
from runtime.http.endpoints import Endpoint, EndpointFailed, Endpoints
from runtime.video.seam import Room, Wanted

PATH = "/sessions"
MOMENTS: Mapping[str, VideoMoment] = {
    "joined": VideoMoment.JOINED,
    "participant_joined": VideoMoment.JOINED,
    "ended": VideoMoment.ENDED,
    "session_ended": VideoMoment.ENDED,
}
"""What providers call what is recorded; dots and hyphens are read as underscores."""
OURS = frozenset({"agent", "host", "moderator"})
"""What providers call those who are not the customer."""
_FIELD = re.compile(r"\{(\w+)\}")
_URL = re.compile(r"https?://[^/\s{}?#]+[^\s{}]*")


class _Opened(BaseModel):
    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    id: str
    url: str | None = None
    agent_url: str | None = None


class _Report(BaseModel):
    event: str
    role: str = ""


class GenericVideo:
    """The provider over HTTP."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    async def open(self, account: Account, wanted: Wanted) -> Room:
        """A new session; see the seam."""
        key = account.secrets.get(VIDEO_KEY)
        endpoint = Endpoint(account.id, f"{account.video.base_url}{PATH}", key, account.proxy)
        body = {
            "reference": wanted.reference,
            "expires_at": wanted.expires_at.isoformat(),
            "callback_url": wanted.callback_url,
        }
        return _room(await self._endpoints.post(endpoint, body), account.video.link_template)

    def moment(self, report: object) -> VideoMoment | None:
        """What a report tells; see the seam."""
        try:
            told = _Report.model_validate(report)
        except ValidationError:
            return None
        moment = MOMENTS.get(re.sub(r"[.-]", "_", told.event.lower()))
        return None if moment is VideoMoment.JOINED and told.role.lower() in OURS else moment


def check_link_template(template: str, where: str) -> None:
    """Check that a template gives a link: an address to which fields of the answer are added after the host.

    Raises:
        ConfigurationFault: it does not.
    """
    if not _FIELD.search(template):
        raise ConfigurationFault(where, "must have a field of the provider's answer in braces, as in {id}")
    parts = urlsplit(template)
    if "{" in f"{parts.scheme}{parts.netloc}" or not _URL.fullmatch(_FIELD.sub("1", template)):
        raise ConfigurationFault(where, "must be an http or https URL, with fields behind the host only")


def _room(answer: object, template: str) -> Room:
    try:
        opened = _Opened.model_validate(answer)
    except ValidationError as error:
        raise EndpointFailed("the video provider's answer is no session") from error
    link = _filled(template, opened) if template else opened.url
    for url in (link, opened.agent_url):
        if url is not None and not _URL.fullmatch(url):
            raise EndpointFailed("the video provider's answer has a link that is none")
    if not opened.id or link is None:
        raise EndpointFailed("the video provider's answer has no id, or no link")
    return Room(id=opened.id, customer_url=link, agent_url=opened.agent_url)


def _filled(template: str, opened: _Opened) -> str:
    fields = opened.model_dump()

    def value(found: re.Match[str]) -> str:
        given = fields.get(found[1])
        if not isinstance(given, str | int) or given == "":
            raise EndpointFailed(f"the video provider's answer has no {found[1]}, which the link needs")
        return quote(str(given), safe="")

    return _FIELD.sub(value, template)
