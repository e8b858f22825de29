"""Drives a conversation against the played Kaleyra without a network, or against replies that a test makes up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import orjson

from contracts.outbound import OutboundContent, OutboundMessage
from gateway.providers.delivery import Conversation, HttpCall, HttpReply
from runtime.sandbox.kaleyra import PLAYED
from runtime.sandbox.seam import Accepted, ApiAnswer, ApiCall, SandboxFile
from tests.gateway.providers.kaleyra.sample import API_URL, NUMBER

AT = datetime(2026, 1, 1, tzinfo=UTC)
DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
R = TypeVar("R")
BOUNDARY = "frontier"


@dataclass
class Kaleyra:
    """The played provider with what it was asked, what it accepted, and the files that were handed in."""

    calls: list[HttpCall] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    signals: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, SandboxFile] = field(default_factory=dict)

    def __call__(self, call: HttpCall) -> HttpReply:
        """Answer a call, and take what it accepts."""
        self.calls.append(call)
        asked = api_call(call)
        number = PLAYED.numbers_of(asked, (NUMBER,))
        answer = PLAYED.answer(asked, number, self.files) if number else PLAYED.unauthorised()
        self.accepted += answer.accepted
        self.signals += [answer.signal] if answer.signal else []
        if answer.uploaded:
            self.files[answer.uploaded.media_id] = answer.uploaded
        return reply_of(answer)


def reply_of(answer: ApiAnswer) -> HttpReply:
    """A played answer as it comes over HTTP."""
    headers = {"date": DATE, **{name.lower(): value for name, value in answer.headers.items()}}
    return HttpReply(answer.status, headers, orjson.dumps(answer.json) if answer.json is not None else answer.body)


def api_call(call: HttpCall) -> ApiCall:
    """A call as the played provider gets it."""
    assert call.url.startswith(API_URL)
    headers = {name.lower(): value for name, value in call.headers.items()}
    body = orjson.dumps(call.json) if call.json is not None else b""
    if call.upload:
        headers["content-type"], body = f'multipart/form-data; boundary="{BOUNDARY}"', multipart(call)
    return ApiCall(call.method, call.url.removeprefix(API_URL), call.query, headers, body, AT)


def multipart(call: HttpCall) -> bytes:
    """The fields, and a file, as a form of several parts."""
    assert call.upload
    fields = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in call.form or ()]
    named = f'Content-Disposition: form-data; name="{call.upload.field}"; filename="{call.upload.filename}"'
    file = f"{named}\r\nContent-Type: {call.upload.mime_type}\r\n\r\nthe file"
    parts = "".join(f"--{BOUNDARY}\r\n{part}\r\n" for part in [*fields, file])
    return f"{parts}--{BOUNDARY}--\r\n".encode()


def drive(conversation: Conversation[R], answer: Callable[[HttpCall], HttpReply]) -> R:
    """Carry a conversation through to its end."""
    try:
        call = next(conversation)
        while True:
            call = conversation.send(answer(call))
    except StopIteration as stop:
        result: R = stop.value
        return result


def always(
    status: int, body: object = None, headers: Mapping[str, str] | None = None
) -> Callable[[HttpCall], HttpReply]:
    """The same reply to every call."""
    encoded = body if isinstance(body, bytes) else orjson.dumps(body)
    return lambda _call: HttpReply(status, dict(headers or {}), encoded)


def message(content: OutboundContent, contact: str = "+15550001111", reply_to: str | None = None) -> OutboundMessage:
    """A message to a customer."""
    return OutboundMessage(
        id="our-id-1", account_id="account-1", contact_key=contact, content=content, reply_to=reply_to
    )
