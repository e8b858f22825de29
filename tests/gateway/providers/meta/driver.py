"""Drives a conversation with the provider: against replies that are given, or against Meta as the sandbox plays it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import orjson
from pydantic import SecretStr

from contracts.accounts import Account
from contracts.outbound import OutboundContent, OutboundMessage
from gateway.providers.delivery import Conversation, HttpCall, HttpReply
from runtime.sandbox.meta import PLAYED
from runtime.sandbox.seam import Accepted, ApiAnswer, ApiCall, PlayedNumber, SandboxFile
from tests.gateway.providers.meta.sample import ACCOUNT, NUMBER, URL

R = TypeVar("R")
AT = datetime(2026, 1, 1, tzinfo=UTC)
TOKEN = "meta_token_0001"
API_URL = "http://sandbox.example.test/meta"
SENDER: Account = ACCOUNT.model_copy(
    update={
        "credentials": {**ACCOUNT.credentials, "api_url": API_URL},
        "secrets": {**ACCOUNT.secrets, "authorization_token": SecretStr(TOKEN)},
    }
)
PLAYED_NUMBER = PlayedNumber(
    provider="meta",
    account_key="a1",
    phone=NUMBER.phone,
    webhook_url=URL,
    api_url=API_URL,
    credentials={
        **SENDER.credentials,
        "authorization_token": TOKEN,
        "app_secret": "meta_app_secret_0001",
        "verify_token": "meta_verify_token_0001",
    },
)


def message(content: OutboundContent, reply_to: str | None = None, contact: str = "+15550001111") -> OutboundMessage:
    """A message of ours to a customer."""
    return OutboundMessage(id="ours-1", account_id="account-1", contact_key=contact, content=content, reply_to=reply_to)


def drive(conversation: Conversation[R], reply: Callable[[HttpCall], HttpReply]) -> R:
    """What comes of a conversation in which every call is replied to like this."""
    try:
        call = next(conversation)
        while True:
            call = conversation.send(reply(call))
    except StopIteration as end:
        result: R = end.value
        return result


def says(status: int, body: object = None, headers: dict[str, str] | None = None) -> Callable[[HttpCall], HttpReply]:
    """One and the same reply to everything."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return lambda _: HttpReply(status, headers or {}, content)


@dataclass
class Meta:
    """The played API with its files, and what was asked of it."""

    files: dict[str, SandboxFile] = field(default_factory=dict)
    calls: list[HttpCall] = field(default_factory=list)
    answers: list[ApiAnswer] = field(default_factory=list)

    @property
    def accepted(self) -> list[Accepted]:
        """What was taken for customers."""
        return [accepted for answer in self.answers for accepted in answer.accepted]

    def __call__(self, call: HttpCall) -> HttpReply:
        """The API's reply to a call, which must be one of the played number's."""
        self.calls.append(call)
        asked = api_call(call, AT + timedelta(seconds=len(self.calls)))
        number = PLAYED.numbers_of(asked, (PLAYED_NUMBER,))
        answer = PLAYED.unauthorised() if number is None else PLAYED.answer(asked, number, self.files)
        self.answers.append(answer)
        if answer.uploaded is not None:
            self.files[answer.uploaded.media_id] = answer.uploaded
        body = answer.body if answer.json is None else orjson.dumps(answer.json)
        return HttpReply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, body)


def api_call(call: HttpCall, at: datetime = AT) -> ApiCall:
    """A call as it arrives at the API."""
    headers = {name.lower(): value for name, value in call.headers.items()}
    body = b"" if call.json is None else orjson.dumps(call.json)
    if call.upload is not None:
        body, headers["content-type"] = multipart(call), "multipart/form-data; boundary=limit"
    return ApiCall(call.method, call.url.removeprefix(API_URL), call.query, headers, body, at)


def multipart(call: HttpCall) -> bytes:
    """The form of an upload; the file's content is its id with us."""
    assert call.upload is not None
    fields = [f'form-data; name="{name}"\r\n\r\n{value}' for name, value in call.form or ()]
    file = f'form-data; name="{call.upload.field}"; filename="{call.upload.filename or "stored.bin"}"'
    fields.append(f"{file}\r\nContent-Type: {call.upload.mime_type or 'image/png'}\r\n\r\n{call.upload.file_id}")
    parts = "".join(f"--limit\r\nContent-Disposition: {part}\r\n" for part in fields)
    return f"{parts}--limit--\r\n".encode()
