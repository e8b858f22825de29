"""Drives a provider's conversation: against given replies, or against the played Sinch, without any network."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import orjson

from gateway.providers.delivery import Conversation, HttpCall, HttpReply
from runtime.sandbox.seam import Accepted, ApiAnswer, ApiCall, SandboxFile
from runtime.sandbox.sinch import PLAYED
from tests.gateway.providers.sinch.sample import API, NUMBER

R = TypeVar("R")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOKEN = HttpReply(200, {}, b'{"access_token": "t", "expires_in": 3600}')


def reply(status: int, body: object = None, **headers: str) -> HttpReply:
    """A reply with a JSON body."""
    return HttpReply(status, {name.replace("_", "-"): value for name, value in headers.items()}, orjson.dumps(body))


def drive(conversation: Conversation[R], replies: Iterable[HttpReply]) -> tuple[R, list[HttpCall]]:
    """What came of a conversation that got these replies, and its calls. It may not ask for more."""
    calls: list[HttpCall] = []
    try:
        calls.append(next(conversation))
        for given in replies:
            calls += [conversation.send(given)]
    except StopIteration as end:
        return end.value, calls
    raise AssertionError(f"it asks for more: {calls[-1].url}")


@dataclass
class Sandbox:
    """The played Sinch behind a conversation: keeps calls, and what was accepted and signalled."""

    files: dict[str, SandboxFile] = field(default_factory=dict)
    at: datetime = NOW
    calls: list[HttpCall] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    signals: list[tuple[str, str]] = field(default_factory=list)
    kept: dict[str, HttpReply] = field(default_factory=dict)

    def drive(self, conversation: Conversation[R]) -> R:
        """Let it run to its end."""
        try:
            call = next(conversation)
            while True:
                call = conversation.send(self._kept(call))
        except StopIteration as end:
            result: R = end.value
            return result

    def _kept(self, call: HttpCall) -> HttpReply:
        """Gives a token again, as the shell does, also when it has expired."""
        known = None if call.renew else self.kept.get(call.url)
        if known is None:
            known = self.reply(call)
            if call.keep_s and known.ok:
                self.kept[call.url] = known
        return known

    def reply(self, call: HttpCall) -> HttpReply:
        """What the played Sinch answers."""
        self.calls.append(call)
        answer = self.answer(call)
        self.accepted += answer.accepted
        self.signals += [answer.signal] if answer.signal else []
        body = answer.body if answer.json is None else orjson.dumps(answer.json)
        return HttpReply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, body)

    def answer(self, call: HttpCall) -> ApiAnswer:
        """The played Sinch's answer to a call of ours."""
        asked = played_call(call, self.at)
        number = PLAYED.numbers_of(asked, (NUMBER,))
        return PLAYED.unauthorised() if number is None else PLAYED.answer(asked, number, self.files)

    def later(self, passed: timedelta) -> None:
        """Let time pass."""
        self.at += passed


def played_call(call: HttpCall, at: datetime) -> ApiCall:
    """A call of ours as the sandbox's server hands it on."""
    assert call.url.startswith(API)
    body = orjson.dumps(call.json) if call.json is not None else urlencode(call.form or ()).encode()
    path = urlsplit(call.url.removeprefix(API)).path
    return ApiCall(call.method, path, call.query, authorised_headers(call), body, at)


def authorised_headers(call: HttpCall) -> dict[str, str]:
    """The headers of a call, its user and password among them."""
    headers = {name.lower(): value for name, value in call.headers.items()}
    if call.basic:
        headers["authorization"] = "Basic " + base64.b64encode(":".join(call.basic).encode()).decode()
    return headers
