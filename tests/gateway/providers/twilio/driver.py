"""Conversations with Twilio without a network: each call is answered by the played provider, or by the test itself."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

import orjson

from gateway.providers.delivery import Conversation, HttpCall, HttpReply
from runtime.sandbox.seam import ApiAnswer, ApiCall, PlayedNumber, SandboxFile
from runtime.sandbox.twilio import PLAYED, PlayedTwilio
from tests.gateway.providers.twilio.sample import ACCOUNT, NUMBER, URL

R = TypeVar("R")
API = "https://sandbox.example.test/twilio"
AT = datetime(2026, 1, 1, tzinfo=UTC)
PLAYED_NUMBER = PlayedNumber(
    provider="twilio",
    account_key="a1",
    phone=NUMBER.phone,
    webhook_url=URL,
    api_url=API,
    credentials={"account_sid": NUMBER.account_sid, "auth_token": NUMBER.auth_token.get_secret_value()},
)
SENDER = ACCOUNT.model_copy(
    update={"domain": "https://hooks.example.test", "credentials": {**ACCOUNT.credentials, "api_url": API}}
)


@dataclass(frozen=True)
class Turn:
    """A call, and what the played provider answered to it."""

    call: HttpCall
    answer: ApiAnswer


@dataclass(frozen=True)
class Conversed(Generic[R]):
    """What a conversation came to, and how."""

    result: R
    turns: tuple[Turn, ...]

    @property
    def calls(self) -> tuple[HttpCall, ...]:
        return tuple(turn.call for turn in self.turns)

    @property
    def form(self) -> dict[str, str]:
        """The form of the last call."""
        return dict(self.turns[-1].call.form or ())


def drive(conversation: Conversation[R], answer: Callable[[HttpCall], ApiAnswer]) -> Conversed[R]:
    """Carry a conversation to its end."""
    turns: list[Turn] = []
    reply: HttpReply | None = None
    while True:
        try:
            call = next(conversation) if reply is None else conversation.send(reply)
        except StopIteration as end:
            return Conversed(end.value, tuple(turns))
        turns.append(Turn(call, answer(call)))
        reply = replied(turns[-1].answer)


def replied(answer: ApiAnswer) -> HttpReply:
    body = answer.body if answer.json is None else orjson.dumps(answer.json)
    return HttpReply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, body)


def played_by(
    played: PlayedTwilio = PLAYED, files: Mapping[str, SandboxFile] | None = None
) -> Callable[[HttpCall], ApiAnswer]:
    """The played provider as one who answers."""

    def answer(call: HttpCall) -> ApiAnswer:
        given = api_call(call)
        number = played.numbers_of(given, (PLAYED_NUMBER,))
        return played.unauthorised() if number is None else played.answer(given, number, files or {})

    return answer


def api_call(call: HttpCall) -> ApiCall:
    assert call.url.startswith(API)
    path, _, query = call.url.removeprefix(API).partition("?")
    headers = {}
    if call.basic is not None:
        headers["authorization"] = "Basic " + base64.b64encode(":".join(call.basic).encode()).decode()
    if call.form is not None:
        headers["content-type"] = "application/x-www-form-urlencoded"
    if call.json is not None:
        headers["content-type"] = "application/json"
    body = urlencode(call.form).encode() if call.form is not None else orjson.dumps(call.json) if call.json else b""
    return ApiCall(call.method, path, {**dict(parse_qsl(query)), **call.query}, headers, body, AT)
