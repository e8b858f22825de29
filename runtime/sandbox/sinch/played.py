"""Sinch as the sandbox plays it."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

import orjson
from pydantic import ValidationError

from contracts.base import Instant, number_of
from contracts.messages import DeliveryState, InboundMessage
from runtime.sandbox.requests import SignedRequest
from runtime.sandbox.seam import Accepted, ApiAnswer, ApiCall, PlayedNumber, SandboxFile
from runtime.sandbox.showing import Shown
from runtime.sandbox.sinch import bodies, webhooks
from runtime.sandbox.sinch.showing import shown
from runtime.sandbox.sinch.templates import page_of

Json = dict[str, Any]

TOKEN_PATH = "/oauth2/token"  # noqa: S105 - a path
TOKEN_LIFE = timedelta(hours=1)
MEDIA = re.compile(r"/media/(?P<app>[^/]+)/(?P<media_id>[^/]+)(/[^/]*)?")
API = re.compile(r"/v1/projects/(?P<project>[^/]+)/(?P<rest>.+)")
NAMES: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "INVALID_ARGUMENT",
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "PERMISSION_DENIED",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.TOO_MANY_REQUESTS: "RESOURCE_EXHAUSTED",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL",
    HTTPStatus.SERVICE_UNAVAILABLE: "UNAVAILABLE",
}
EVENTS = {"read_message_event": "read", "composing_event": "typing"}


class PlayedSinch:
    """Implements `PlayedProvider`, `NamesMessages`, `NamesFiles` and `ShowsMessages`. Token endpoint,
    Conversation API and templates are all under one root, which is a number's `base_url`, `auth_url` and
    `provisioning_url`."""

    name = "sinch"

    def numbers_of(self, call: ApiCall, numbers: tuple[PlayedNumber, ...]) -> PlayedNumber | None:
        """By the keys at the token endpoint, by the app in the URL of a file, and by the token everywhere else."""
        if file := MEDIA.fullmatch(call.path):
            return _first(numbers, lambda number: number.credentials.get("app_id") == file["app"])
        if call.path == TOKEN_PATH:
            return _first(numbers, lambda number: hmac.compare_digest(_basic(number), _authorization(call)))
        holders = tuple(number for number in numbers if _is_token(call, number))
        app = _body(call).get("app_id") or call.path.rpartition("/")[2]
        return _first(holders, lambda number: number.credentials.get("app_id") == app) or _first(holders)

    def shows(self, raw: Mapping[str, Any], _files: Mapping[str, SandboxFile]) -> Shown | None:
        """What a phone shows of a message."""
        return shown(raw)

    def unauthorised(self) -> ApiAnswer:
        """No such keys, or a token that is unknown or has expired."""
        answer = _error(HTTPStatus.UNAUTHORIZED, "the token is invalid or has expired")
        challenge = 'Bearer error="invalid_token", error_description="Jwt is expired"'
        return ApiAnswer(answer.status, answer.json, headers={"WWW-Authenticate": challenge})

    def answer(self, call: ApiCall, number: PlayedNumber, files: Mapping[str, SandboxFile]) -> ApiAnswer:
        """Carry a call out."""
        if call.path == TOKEN_PATH:
            return _give_token(call, number)
        if file := MEDIA.fullmatch(call.path):
            return _serve(files.get(file["media_id"]))
        found = API.fullmatch(call.path)
        if found is None or found["project"] != number.credentials.get("project_id"):
            return _error(HTTPStatus.NOT_FOUND, "the project does not exist in this region")
        return _conversation(call, number, found["rest"])

    def failure(self, status: int, retry_after_s: int | None) -> ApiAnswer:
        """An error answer in the form of Google's RPC errors, which Sinch uses."""
        headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        answer = _error(status, "the sandbox was asked for this")
        return ApiAnswer(status, answer.json, headers=headers)

    def says(self, number: PlayedNumber, message: InboundMessage) -> SignedRequest:
        """See `webhooks.says`."""
        return webhooks.says(number, message)

    def reports(
        self, number: PlayedNumber, sent: Accepted, state: DeliveryState, at: Instant, code: str | None = None
    ) -> SignedRequest:
        """See `webhooks.reports`."""
        return webhooks.reports(number, sent, state, at, code)

    def message_id(self, digits: str) -> str:
        """A ULID."""
        return webhooks.ulid(digits)

    def file_url(self, number: PlayedNumber, media_id: str) -> str:
        """A URL that needs no credentials."""
        return webhooks.file_url(number, media_id)


def _first(
    numbers: tuple[PlayedNumber, ...], fits: Callable[[PlayedNumber], bool] = lambda number: True
) -> PlayedNumber | None:
    return next((number for number in numbers if fits(number)), None)


def _authorization(call: ApiCall) -> bytes:
    return call.headers.get("authorization", "").encode()


def _basic(number: PlayedNumber) -> bytes:
    keys = f"{number.credentials.get('key_id', '')}:{number.credentials.get('key_secret', '')}"
    return b"Basic " + base64.b64encode(keys.encode())


def _give_token(call: ApiCall, number: PlayedNumber) -> ApiAnswer:
    if parse_qs(call.body.decode("ascii", "replace")).get("grant_type") != ["client_credentials"]:
        return ApiAnswer(HTTPStatus.BAD_REQUEST, {"error": "unsupported_grant_type"})
    token = token_until(number, int((call.at + TOKEN_LIFE).timestamp()))
    life = int(TOKEN_LIFE.total_seconds())
    return ApiAnswer(HTTPStatus.OK, {"access_token": token, "expires_in": life, "scope": "", "token_type": "bearer"})


def token_until(number: PlayedNumber, expires: int) -> str:
    """The token of a number's keys that is good until a Unix time."""
    digest = hmac.new(_basic(number), str(expires).encode(), hashlib.sha256).hexdigest()
    return f"{number.credentials.get('key_id', '')}.{expires}.{digest}"


def _is_token(call: ApiCall, number: PlayedNumber) -> bool:
    given = _authorization(call)
    expires = call.headers.get("authorization", "").rpartition(".")[0].rpartition(".")[2]
    if not (expires.isascii() and expires.isdigit()) or int(expires[:12]) <= call.at.timestamp():
        return False
    return hmac.compare_digest(given, f"Bearer {token_until(number, int(expires[:12]))}".encode())


def _serve(file: SandboxFile | None) -> ApiAnswer:
    if file is None:
        return _error(HTTPStatus.NOT_FOUND, "the file is gone")
    return ApiAnswer(HTTPStatus.OK, body=file.content, headers={"Content-Type": file.mime_type})


def _conversation(call: ApiCall, number: PlayedNumber, rest: str) -> ApiAnswer:
    app = number.credentials.get("app_id", "")
    match call.method, rest:
        case "POST", "messages:send":
            return _send(call, app)
        case "POST", "events:send":
            return _signal(call, app)
        case "GET", "whatsapp/templates":
            return ApiAnswer(HTTPStatus.OK, page_of(call.query))
        case "GET", path if path == f"apps/{app}":
            return ApiAnswer(HTTPStatus.OK, {"id": app, "display_name": f"Sandbox {number.account_key}"})
        case _:
            return _error(HTTPStatus.NOT_FOUND, "there is no such app or method")


def _send(call: ApiCall, app: str) -> ApiAnswer:
    try:
        body = bodies.Send.model_validate_json(call.body)
    except ValidationError as error:
        return _error(HTTPStatus.BAD_REQUEST, bodies.fault(error))
    if body.app_id != app:
        return _error(HTTPStatus.NOT_FOUND, "there is no such app")
    digits = hashlib.sha256(call.body + call.at.isoformat().encode()).hexdigest()
    identity = body.recipient.identified_by.channel_identities[0].identity
    (kind,) = body.message.model_fields_set
    accepted = Accepted(
        provider_id=webhooks.ulid(digits),
        reference=body.correlation_id or body.message_metadata or None,
        contact_key=number_of(identity) or identity,
        kind=kind,
        words=body.message.words(),
        raw=_body(call)["message"],
    )
    taken = {"message_id": accepted.provider_id, "accepted_time": webhooks.stamp(call.at)}
    return ApiAnswer(HTTPStatus.OK, taken, accepted=(accepted,))


def _signal(call: ApiCall, app: str) -> ApiAnswer:
    """Sinch asks for no message; ours stands in the metadata."""
    try:
        body = bodies.SendEvent.model_validate_json(call.body)
    except ValidationError as error:
        return _error(HTTPStatus.BAD_REQUEST, bodies.fault(error))
    if body.app_id != app:
        return _error(HTTPStatus.NOT_FOUND, "there is no such app")
    (kind,) = body.event.model_fields_set
    digits = hashlib.sha256(call.body + call.at.isoformat().encode()).hexdigest()
    taken = {"event_id": webhooks.ulid(digits), "accepted_time": webhooks.stamp(call.at)}
    return ApiAnswer(HTTPStatus.OK, taken, signal=(EVENTS[kind], body.event_metadata))


def _body(call: ApiCall) -> Json:
    try:
        body = orjson.loads(call.body)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _error(status: int, words: str) -> ApiAnswer:
    error = {"code": status, "message": words, "status": NAMES.get(status, "UNKNOWN"), "details": []}
    return ApiAnswer(status, {"error": error})


PLAYED = PlayedSinch()
