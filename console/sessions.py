"""Signing in and out, and who is signed in where.

POST, GET, DELETE /api/session       sign in, who am I, sign out
PUT               /api/session/password
GET, DELETE       /api/sessions, /api/sessions/{id}
"""

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, SecretStr, StringConstraints

from console.access_origins import subscriber
from console.authentication import SESSION, csrf_of, principal_of
from console.dependencies import ConsoleDependencies
from console.moments import cursor_of, place_of
from console.resources import Limit, Paged
from contracts.access import COOKIE, EVERYBODY, Principal, Role, Scope, Session, User
from contracts.base import Id, Value, new_id
from contracts.errors import NotFound
from runtime.http import Call, Nothing, Problem, Route
from runtime.logging import get_logger
from runtime.store.users import folded

log = get_logger(__name__)

_TAG = "sessions"
TOKEN_BYTES = 32
MOST_CLIENT = 300
MOST_UNDER_WAY = 200
"""So many sign-ins from one address may wait for their answer at a console."""
SOON_S = 2
Password = Annotated[SecretStr, Field(min_length=1, max_length=1000)]


class SignInInput(Value):
    """Who signs in."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    password: Password


class Me(Value):
    """Who calls. `csrf` goes into the header `X-CSRF-Token` of every change that a session makes; a token has none."""

    user: "MyUser"
    csrf: str
    scopes: tuple[Scope, ...]


class MyUser(Value):
    """Who somebody is here. `masked`: customers' numbers are kept from them."""

    id: str
    name: str
    role: Role
    agent_id: str | None
    masked: bool


class SessionQuery(Value):
    """Which sessions: an admin sees everybody's, or those of one user; others see their own."""

    user: Id | None = None
    limit: Limit = 50
    cursor: Annotated[str | None, Field(max_length=200)] = None


class SessionView(Session):
    """A session; `own` is the one that asks."""

    own: bool


class SessionApi:
    """The operations on sessions."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._access = dependencies.access
        self._clock = dependencies.clock
        self._under_way: Counter[str] = Counter()

    async def sign_in(self, call: Call[SignInInput, Nothing]) -> web.Response:
        """Begin a session."""
        now, name = self._clock(), folded(call.body.name)
        address = self._access.origins.address(call.request)
        with self._turn(subscriber(address)):
            await self._refuse("address", subscriber(address), self._access.per_address, now)
            user = await self._found(name, call.body.password, now)
        if user is None:
            await self._access.attempts.count("address", subscriber(address), self._access.per_address, now)
            log.warning("session.refused", address=address)
            raise Problem(HTTPStatus.UNAUTHORIZED, "the name or the password is wrong")
        return await self._begun(call.request, user, address, now)

    async def _found(self, name: str, password: SecretStr, now: datetime) -> User | None:
        """The user of this name and password, if they may sign in."""
        await self.count("name", name, self._access.per_name, now)
        user = await self._access.users.named(name)
        kept = user.password_hash if user is not None and user.enabled else None
        if not await self._access.passwords.matches(kept, password):
            return None
        await self._access.attempts.forget("name", name, now)
        return user

    @contextmanager
    def _turn(self, address: str) -> Iterator[None]:
        # The failures of an address count when they have happened, so that a whole office may sign in at once. What it
        # may have under way is bounded here.
        if self._under_way[address] >= MOST_UNDER_WAY:
            raise _later(timedelta(seconds=SOON_S))
        self._under_way[address] += 1
        try:
            yield
        finally:
            self._under_way[address] -= 1
            if not self._under_way[address]:
                del self._under_way[address]

    async def count(self, what: str, value: str, most: int, now: datetime) -> None:
        """Count an attempt before its outcome is known, so that many at the same time do not get past the limit.

        Raises:
            Problem: 429, there were too many.
        """
        until = await self._access.attempts.count(what, value, most, now)
        if until is not None:
            log.warning("session.locked_out", by=what)
            raise _later(until - now)

    async def _refuse(self, what: str, value: str, most: int, now: datetime) -> None:
        until = await self._access.attempts.over(what, value, most, now)
        if until is not None:
            log.warning("session.locked_out", by=what)
            raise _later(until - now)

    async def _begun(self, request: web.Request, user: User, address: str, now: datetime) -> web.Response:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        session = Session(
            id=new_id(),
            user_id=user.id,
            created_at=now,
            seen_at=now,
            expires_at=now + self._access.session_life,
            address=address,
            client=request.headers.get("User-Agent", "")[:MOST_CLIENT],
        )
        await self._access.sessions.add(session, token)
        log.info("session.began", user=user.id, session=session.id, address=address)
        me = _me(principal_of(user, mask_all=self._access.mask_numbers), token)
        headers = {"Cache-Control": "no-store"}
        response = web.Response(body=me.model_dump_json().encode(), headers=headers, content_type="application/json")
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(self._access.session_life.total_seconds()),
            path="/",
            secure=self._access.origins.is_secure(request),
            httponly=True,
            samesite="Strict",
        )
        return response

    async def me(self, call: Call[Nothing, Nothing]) -> Me:
        """Who calls."""
        by_session = SESSION in call.request
        return _me(call.principal, call.request.cookies[COOKIE] if by_session else None)

    async def sign_out(self, call: Call[Nothing, Nothing]) -> web.Response:
        """End the session that asks for it; a bearer token has none."""
        if SESSION in call.request:
            await self._access.sessions.end(call.request[SESSION].id)
        response = web.Response(status=HTTPStatus.NO_CONTENT)
        response.del_cookie(COOKIE, path="/")
        return response

    async def list(self, call: Call[Nothing, SessionQuery]) -> Paged[SessionView]:
        """A page of those that go on, the last seen first."""
        asked, limit = call.query, call.query.limit
        user = asked.user if call.principal.role is Role.ADMIN else call.principal.id
        found = await self._access.sessions.find(user, self._clock(), limit + 1, place_of(asked.cursor))
        page = found[:limit]
        own = call.request[SESSION].id if SESSION in call.request else None
        shown = tuple(SessionView(**dict(session), own=session.id == own) for session in page)
        more = cursor_of(page[-1].seen_at, page[-1].id) if len(found) > len(page) else None
        return Paged[SessionView](items=shown, cursor=more)

    async def revoke(self, call: Call[Nothing, Nothing]) -> None:
        """End a session: an admin any, others their own."""
        user = None if call.principal.role is Role.ADMIN else call.principal.id
        ended = await self._access.sessions.end(call.path["id"], user)
        if ended is None:
            raise NotFound(f"there is no session {call.path['id']}")
        log.info("session.revoked", session=ended.id, user=ended.user_id, by=call.principal.id)


def _later(wait: timedelta) -> Problem:
    seconds = max(1, ceil(wait.total_seconds()))
    detail = f"too many failed attempts: try again in {seconds} s"
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, headers={"Retry-After": str(seconds)})


def _me(principal: Principal, token: str | None) -> Me:
    user = MyUser(**principal.model_dump(exclude={"scopes"}))
    return Me(user=user, csrf=csrf_of(token) if token else "", scopes=principal.scopes)


def session_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of sessions."""
    api, own = SessionApi(dependencies), "/api/session"
    yield Route(
        method="POST",
        path=own,
        handler=api.sign_in,
        summary="Sign in: the answer sets the cookie of a session",
        tag=_TAG,
        request=SignInInput,
        response=Me,
        public=True,
        errors=(HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS),
    )
    yield Route(
        method="GET",
        path=own,
        handler=api.me,
        summary="Who calls",
        tag=_TAG,
        response=Me,
        access=EVERYBODY,
    )
    yield Route(
        method="DELETE",
        path=own,
        handler=api.sign_out,
        summary="Sign out",
        tag=_TAG,
        status=HTTPStatus.NO_CONTENT,
        access=EVERYBODY,
    )
    yield Route(
        method="GET",
        path="/api/sessions",
        handler=api.list,
        summary="List sessions, the last seen first",
        tag=_TAG,
        query=SessionQuery,
        response=Paged[SessionView],
        access=EVERYBODY,
    )
    yield Route(
        method="DELETE",
        path="/api/sessions/{id}",
        handler=api.revoke,
        summary="End a session",
        tag=_TAG,
        status=HTTPStatus.NO_CONTENT,
        access=EVERYBODY,
        errors=(HTTPStatus.NOT_FOUND,),
    )
