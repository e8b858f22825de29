"""Who calls: whoever knows the installation's token is an admin; an API token says what it was made for; a browser has
a session, and proves with every change that the page was ours that asked for it."""

import hmac
from hashlib import sha256
from http import HTTPStatus

from aiohttp import web
from pydantic import SecretStr

from console.access_parts import AccessParts
from contracts.access import COOKIE, CSRF_HEADER, SAFE_METHODS, SCOPES_OF, Principal, Role, Session, User
from contracts.errors import SetupFault
from runtime.clock import Clock
from runtime.http import Problem

SESSION: web.RequestKey[Session] = web.RequestKey("session", Session)
INSTALLATION = Principal(id="installation", name="installation token", role=Role.ADMIN, scopes=SCOPES_OF[Role.ADMIN])
_SCHEME = "bearer"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="switchboard"'}


class Authentication:
    """Finds out who makes a request.

    Raises:
        SetupFault: the installation's token is empty, which would let everybody in.
    """

    def __init__(self, access: AccessParts, token: SecretStr, clock: Clock) -> None:
        self._access = access
        self._token = token.get_secret_value().encode()
        self._clock = clock
        if not self._token:
            raise SetupFault(
                "the API's token is empty: set SWITCHBOARD_CONSOLE_TOKEN or SWITCHBOARD_CONSOLE_TOKEN_FILE"
            )

    async def principal(self, request: web.Request, *, active: bool = True) -> Principal:
        """Who makes the request, by the header `Authorization`, else by the cookie.

        `active`: a session is used by it, and does not count as idle.

        Raises:
            Problem: 401, nobody that is known; 403, a change under a cookie without the session's CSRF token.
        """
        if "Authorization" in request.headers:
            return await self._by_token(request.headers["Authorization"])
        if COOKIE in request.cookies:
            return await self._by_session(request, request.cookies[COOKIE], active=active)
        raise Problem(HTTPStatus.UNAUTHORIZED, "sign in, or send a bearer token", headers=_CHALLENGE)

    async def _by_token(self, header: str) -> Principal:
        scheme, _, given = header.partition(" ")
        sent = given.strip()
        if scheme.lower() == _SCHEME:
            if hmac.compare_digest(sent.encode(errors="surrogateescape"), self._token):
                return INSTALLATION
            token = await self._access.tokens.opened(sent, self._clock())
            if token is not None:
                masked = self._access.mask_numbers and token.role is Role.AGENT
                scopes = tuple(scope for scope in token.scopes if scope in SCOPES_OF[token.role])
                fields = {"id": token.id, "name": token.name, "role": token.role, "agent_id": token.agent_id}
                return Principal.model_validate({**fields, "scopes": scopes, "masked": masked})
        raise Problem(HTTPStatus.UNAUTHORIZED, "the bearer token is missing or wrong", headers=_CHALLENGE)

    async def _by_session(self, request: web.Request, token: str, *, active: bool) -> Principal:
        session = await self._access.sessions.opened(token, self._clock(), active=active)
        user = await self._access.users.get(session.user_id) if session else None
        if session is None or user is None or not user.enabled:
            raise Problem(HTTPStatus.UNAUTHORIZED, "the session is over: sign in", headers=_CHALLENGE)
        sent = request.headers.get(CSRF_HEADER, "").encode(errors="surrogateescape")
        if request.method not in SAFE_METHODS and not hmac.compare_digest(sent, csrf_of(token).encode()):
            raise Problem(HTTPStatus.FORBIDDEN, f"the header {CSRF_HEADER} is missing or not the session's")
        request[SESSION] = session
        return principal_of(user, mask_all=self._access.mask_numbers)


def principal_of(user: User, *, mask_all: bool) -> Principal:
    """What a user is to the API."""
    return Principal(
        id=user.id,
        name=user.name,
        role=user.role,
        agent_id=user.agent_id,
        scopes=SCOPES_OF[user.role],
        masked=user.role is Role.AGENT and (user.masked or mask_all),
    )


def csrf_of(token: str) -> str:
    """What a page proves with that it is ours: only we tell it, and only to who has the session."""
    return hmac.new(token.encode(errors="surrogateescape"), b"csrf", sha256).hexdigest()
