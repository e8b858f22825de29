"""Who may use the API: whoever knows its bearer token."""

import hmac
from http import HTTPStatus

from aiohttp import web
from pydantic import SecretStr

from contracts.errors import SetupFault
from runtime.http import Problem
from runtime.http.routes import Authorize

_SCHEME = "bearer"


def bearer(token: SecretStr) -> Authorize:
    """The check of requests against the token, in constant time.

    Raises:
        SetupFault: the token is empty, which would let everybody in.
    """
    expected = token.get_secret_value().encode()
    if not expected:
        raise SetupFault("the API's token is empty: set SWITCHBOARD_CONSOLE_TOKEN or SWITCHBOARD_CONSOLE_TOKEN_FILE")

    async def authorize(request: web.Request) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        sent = given.strip().encode(errors="surrogateescape")
        if scheme.lower() != _SCHEME or not hmac.compare_digest(sent, expected):
            challenge = {"WWW-Authenticate": 'Bearer realm="switchboard"'}
            raise Problem(HTTPStatus.UNAUTHORIZED, "the bearer token is missing or wrong", headers=challenge)

    return authorize
