"""Video sessions: an agent starts one, the customer gets a link that is good once, and what becomes of it is recorded.

    POST, GET /api/interactions/{id}/video      start a session; list those of an interaction
    GET       /v/{token}                        the customer's link
    POST      /video/callbacks/{token}          what the video provider reports; the token is made for one session

The last two are open to the world: the token is all the authorisation there is.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from html import escape
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

from console.dependencies import ConsoleDependencies
from console.endpoints import calling
from console.messages import ActingQuery, MessageApi, MessageInput
from contracts.access import READING, WORKING
from contracts.accounts import Account
from contracts.base import Instant, Value, new_id
from contracts.content import Text
from contracts.errors import Conflict, NotFound
from contracts.video import VideoMoment, VideoSession
from runtime.http import Call, Nothing, Problem, Route
from runtime.logging import get_logger
from runtime.video.links import CALLBACK_PATH, LINK_PATH, link_hash
from runtime.video.seam import Wanted

log = get_logger(__name__)

_TAG = "video"
WHAT = "the video provider"
PREVIEWS = ("whatsapp/", "facebookexternalhit")
"""Who looks at links to show a preview of them: not the customer, so the link is not used up."""
_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


class VideoState(StrEnum):
    """How far a session has come. `unsent`: the link did not become a message; `expired`: nobody used it in time."""

    UNSENT = "unsent"
    STARTED = "started"
    EXPIRED = "expired"
    OPENED = "opened"
    JOINED = "joined"
    ENDED = "ended"


class VideoView(Value):
    """A session as agents see it; the customer's link stands in the message."""

    id: str
    state: VideoState
    agent_id: str
    agent_url: str | None
    message_id: str | None
    started_at: Instant
    expires_at: Instant
    opened_at: Instant | None
    joined_at: Instant | None
    ended_at: Instant | None


class VideoSessions(Value):
    """The sessions of an interaction, in the order in which they were started."""

    items: tuple[VideoView, ...]


class VideoApi:
    """What agents, customers and the provider do with sessions."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._with = dependencies
        self._sessions = dependencies.video_sessions
        self._links = dependencies.video_links
        self._messages = MessageApi(dependencies)

    async def start(self, call: Call[Nothing, ActingQuery]) -> VideoView:
        """Open a session at the provider and send the customer the link."""
        interaction, owner = await self._messages.ready(call.path["id"], call.query.agent)
        account = self._account(interaction.account_id)
        session_id, expires_at = new_id(), self._with.clock() + timedelta(minutes=account.video.link_minutes)
        wanted = Wanted(session_id, expires_at, self._links.callback_url(session_id))
        with calling(WHAT, account.key, call.correlation_id):
            room = await self._with.video.open(account, wanted)
        link, hashed = self._links.new_link()
        session = VideoSession(
            id=session_id,
            interaction_id=interaction.id,
            account_id=account.id,
            agent_id=owner,
            correlation_id=call.correlation_id,
            provider_id=room.id,
            link_hash=hashed,
            customer_url=room.customer_url,
            agent_url=room.agent_url,
            started_at=self._with.clock(),
            expires_at=expires_at,
        )
        await self._sessions.add(session)
        message_id = await self._send(account.video.message.replace("{link}", link), session, call)
        return self._shown(session.model_copy(update={"message_id": message_id}))

    async def list(self, call: Call[Nothing, Nothing]) -> VideoSessions:
        """The sessions of an interaction."""
        interaction_id = call.path["id"]
        if await self._with.interactions.get(interaction_id) is None:
            raise NotFound(f"there is no interaction {interaction_id}")
        found = await self._sessions.of_interaction(interaction_id)
        return VideoSessions(items=tuple(map(self._shown, found)))

    async def end(self, call: Call[Nothing, Nothing]) -> VideoView:
        """Note that a session is over, which takes the customer's link out of use; done again it changes nothing."""
        session = await self._sessions.get(call.path["session"])
        if session is None or session.interaction_id != call.path["id"]:
            raise NotFound(f"the interaction has no video session {call.path['session']}")
        ended_at = self._with.clock()
        first = await self._sessions.record(session.id, VideoMoment.ENDED, ended_at)
        return self._shown(session.model_copy(update={"ended_at": ended_at}) if first else session)

    async def follow_link(self, call: Call[Nothing, Nothing]) -> web.Response:
        """Send the customer on to the session: once, and while the link is good."""
        if _is_preview(call.request):
            return _page(HTTPStatus.OK, "A link to a video call.")
        hashed = link_hash(call.path["token"])
        used = await self._sessions.use(hashed, self._with.clock())
        if used is not None:
            log.info("video.opened", session=used.id, correlation_id=used.correlation_id)
            headers = {**_PAGE_HEADERS, "Location": used.customer_url}
            return web.Response(status=HTTPStatus.FOUND, headers=headers)
        return self._refused(await self._sessions.of_link(hashed))

    async def report(self, call: Call[Nothing, Nothing]) -> None:
        """Record what the provider tells of a session."""
        session_id = self._links.session_of(call.path["token"])
        session = await self._sessions.get(session_id) if session_id else None
        if session is None:
            raise Problem(HTTPStatus.FORBIDDEN, "")
        moment = self._with.video.moment(await _json(call.request))
        seen = {"session": session.id, "correlation_id": session.correlation_id}
        if moment is None:
            log.info("video.report_ignored", **seen)
        elif await self._sessions.record(session.id, moment, self._with.clock()):
            log.info("video.reported", **seen, moment=moment)

    def _account(self, account_id: str) -> Account:
        """The account, with secrets in the clear.

        Raises:
            Conflict: it has video off.
        """
        account = self._with.configuration_cache.current.accounts.get(account_id)
        if account is None:
            raise Conflict("the account of the interaction was deleted")
        if not account.video.enabled:
            raise Conflict(f"video is off for account {account.name}")
        return account

    async def _send(self, text: str, session: VideoSession, call: Call[Nothing, ActingQuery]) -> str:
        body = MessageInput(content=Text(text=text), key=f"video-{session.id}")
        query = ActingQuery(agent=session.agent_id)
        message = await self._messages.send(Call(call.path, body, query, call.correlation_id, call.request))
        await self._sessions.sent(session.id, message.id)
        return message.id

    def _shown(self, session: VideoSession) -> VideoView:
        fields = {name: value for name, value in dict(session).items() if name in VideoView.model_fields}
        return VideoView.model_validate({**fields, "state": _state(session, self._with.clock())})

    def _refused(self, session: VideoSession | None) -> web.Response:
        if session is None:
            return _page(HTTPStatus.NOT_FOUND, "There is no such link.")
        if session.opened_at is not None:
            return _page(HTTPStatus.GONE, "This link was used already. It is good once: please ask for another one.")
        return _page(HTTPStatus.GONE, "This link is not good any more. Please ask for another one.")


def _state(session: VideoSession, now: datetime) -> VideoState:
    reached = {
        VideoState.ENDED: session.ended_at,
        VideoState.JOINED: session.joined_at,
        VideoState.OPENED: session.opened_at,
    }
    for state, at in reached.items():
        if at is not None:
            return state
    if session.message_id is None:
        return VideoState.UNSENT
    return VideoState.STARTED if now < session.expires_at else VideoState.EXPIRED


def _is_preview(request: web.Request) -> bool:
    agent = request.headers.get("User-Agent", "").lower()
    return any(name in agent for name in PREVIEWS)


def _page(status: HTTPStatus, sentence: str) -> web.Response:
    page = f'<!doctype html><html lang="en"><title>Video call</title><p>{escape(sentence)}</p></html>'
    return web.Response(text=page, status=status, content_type="text/html", headers=_PAGE_HEADERS)


async def _json(request: web.Request) -> object:
    try:
        body: object = orjson.loads(await request.read())
    except orjson.JSONDecodeError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "the body is not JSON") from error
    return body


def video_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of video."""
    api, sessions, missing = VideoApi(dependencies), "/api/interactions/{id}/video", HTTPStatus.NOT_FOUND
    yield Route(
        method="POST",
        path=sessions,
        handler=api.start,
        access=WORKING,
        summary="Start a video session and send the customer the link",
        tag=_TAG,
        query=ActingQuery,
        response=VideoView,
        status=HTTPStatus.CREATED,
        errors=(missing, HTTPStatus.CONFLICT, HTTPStatus.GATEWAY_TIMEOUT),
    )
    yield Route(
        method="GET",
        path=sessions,
        handler=api.list,
        access=READING,
        summary="List the video sessions of an interaction",
        tag=_TAG,
        response=VideoSessions,
        errors=(missing,),
    )
    yield Route(
        method="POST",
        path=f"{sessions}/{{session}}/end",
        handler=api.end,
        access=WORKING,
        summary="End a video session, so that its link leads nowhere",
        tag=_TAG,
        response=VideoView,
        errors=(missing,),
    )
    yield Route(
        method="GET",
        path=f"{LINK_PATH}{{token}}",
        handler=api.follow_link,
        summary="Follow a customer's link to a video session",
        tag=_TAG,
        public=True,
        error_media_type="text/html",
        status=HTTPStatus.FOUND,
        errors=(missing, HTTPStatus.GONE),
    )
    yield Route(
        method="POST",
        path=f"{CALLBACK_PATH}{{token}}",
        handler=api.report,
        summary="Report what becomes of a video session",
        tag=_TAG,
        public=True,
        status=HTTPStatus.NO_CONTENT,
        errors=(HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
