"""Twilio as the sandbox plays it."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from contracts.base import Instant
from contracts.messages import DeliveryState, InboundMessage
from runtime.sandbox.requests import SignedRequest
from runtime.sandbox.seam import Accepted, ApiAnswer, ApiCall, PlayedNumber, SandboxFile
from runtime.sandbox.showing import Shown
from runtime.sandbox.twilio import contents, errors, messages
from runtime.sandbox.twilio.forms import TwilioNumber, status
from runtime.sandbox.twilio.says import form_of
from runtime.sandbox.twilio.showing import shown
from runtime.sandbox.twilio.signing import request

PAGE_SIZE = 50
ACCOUNT = re.compile(r"/2010-04-01/Accounts/(?P<account>AC[0-9a-f]{32})[./].*")
STORAGE = re.compile(r"/storage/(?P<account>AC[0-9a-f]{32})/(?P<media>[^/]+)")
WORDS = {
    DeliveryState.QUEUED: "queued",
    DeliveryState.SENT: "sent",
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.READ: "read",
    DeliveryState.FAILED: "undelivered",
}


class PlayedTwilio:
    """Implements `PlayedProvider`, `NamesMessages`, `NamesFiles` and `ShowsMessages`. A listing has up to `page_size`
    entries a page."""

    name = "twilio"

    def __init__(self, page_size: int = PAGE_SIZE) -> None:
        self._page_size = page_size

    def numbers_of(self, call: ApiCall, numbers: tuple[PlayedNumber, ...]) -> PlayedNumber | None:
        """Whose call this is, by its user and password; among the numbers of one SID by `From`. A URL of the storage
        behind the API needs no credentials."""
        if stored := STORAGE.fullmatch(call.path):
            return next((number for number in numbers if _sid(number) == stored["account"]), None)
        given = _basic(call.headers.get("authorization", ""))
        path = ACCOUNT.fullmatch(call.path)
        own = [number for number in numbers if _opens(given, number) and _is_own(path, number)]
        sender = messages.form_of(call).get("From", "")
        return next((number for number in own if sender == f"whatsapp:{number.phone}"), own[0] if own else None)

    def unauthorised(self) -> ApiAnswer:
        """What is answered to wrong credentials."""
        return errors.error(401, errors.AUTHENTICATE, "Authenticate")

    def answer(self, call: ApiCall, number: PlayedNumber, files: Mapping[str, SandboxFile]) -> ApiAnswer:
        """Carry a call out, or refuse it as Twilio does."""
        for method, path, carry_out in ROUTES:
            found = path.fullmatch(call.path)
            if found and method == call.method:
                try:
                    return carry_out(Turn(call, number, files, self._page_size, found.groupdict()))
                except errors.ApiFault as fault:
                    return fault.answer
        return errors.not_found(call.path)

    def failure(self, status: int, retry_after_s: int | None) -> ApiAnswer:
        """An error answer on demand."""
        return errors.failure(status, retry_after_s)

    def says(self, number: PlayedNumber, message: InboundMessage) -> SignedRequest:
        """The webhook of a customer's message.

        Raises:
            ValueError: Twilio has no form for such a message.
        """
        own = _twilio_number(number, number.webhook_url)
        return request(own, form_of(own, message))

    def reports(
        self, number: PlayedNumber, sent: Accepted, state: DeliveryState, at: Instant, code: str | None = None
    ) -> SignedRequest:
        """The webhook of a status: to the URL that came with the message, else to that of the number. It tells no time.

        Raises:
            ValueError: Twilio has no word for such a state.
        """
        if state not in WORDS:
            raise ValueError(f"Twilio has no word for the state {state}")
        own = _twilio_number(number, sent.raw.get("StatusCallback") or number.webhook_url)
        return request(own, status(own, sent.contact_key, sent.provider_id, WORDS[state], code or ""))

    def shows(self, raw: Mapping[str, Any], files: Mapping[str, SandboxFile]) -> Shown | None:
        """What a phone shows of a message."""
        return shown(raw, files)

    def message_id(self, digits: str) -> str:
        """The SID of a message."""
        return f"SM{digits}"

    def file_url(self, number: PlayedNumber, media_id: str) -> str:
        """The URL of a file in a webhook; who calls it is sent on to the storage."""
        message = hashlib.md5(media_id.encode(), usedforsecurity=False).hexdigest()
        return f"{_api(number)}/2010-04-01/Accounts/{_sid(number)}/Messages/MM{message}/Media/{media_id}"


@dataclass(frozen=True, slots=True)
class Turn:
    """One call and all that it takes to answer it; `named` are the parts of its path."""

    call: ApiCall
    number: PlayedNumber
    files: Mapping[str, SandboxFile]
    page_size: int
    named: dict[str, str]


def _account(turn: Turn) -> ApiAnswer:
    body = {"sid": _sid(turn.number), "friendly_name": "Sandbox", "status": "active", "type": "Full"}
    return ApiAnswer(status=200, json=body)


def _way_to_file(turn: Turn) -> ApiAnswer:
    file = _file(turn)
    return ApiAnswer(
        status=307, headers={"Location": f"{_api(turn.number)}/storage/{_sid(turn.number)}/{file.media_id}"}
    )


def _stored_file(turn: Turn) -> ApiAnswer:
    file = _file(turn)
    name = file.filename.replace('"', "")
    disposition = {"Content-Disposition": f'inline; filename="{name}"'} if name.isascii() and name else {}
    return ApiAnswer(status=200, body=file.content, headers={"Content-Type": file.mime_type, **disposition})


def _file(turn: Turn) -> SandboxFile:
    found = turn.files.get(turn.named["media"])
    if found is None:
        raise errors.ApiFault(errors.NOT_FOUND, f"The requested resource {turn.call.path} was not found", 404)
    return found


IN_ACCOUNT = r"/2010-04-01/Accounts/AC[0-9a-f]{32}"
ROUTES: tuple[tuple[str, re.Pattern[str], Callable[[Turn], ApiAnswer]], ...] = (
    ("POST", re.compile(rf"{IN_ACCOUNT}/Messages\.json"), lambda turn: messages.sent(turn.call, turn.number)),
    ("GET", re.compile(rf"{IN_ACCOUNT}\.json"), _account),
    ("GET", re.compile(rf"{IN_ACCOUNT}/Messages/[^/]+/Media/(?P<media>[^/]+)"), _way_to_file),
    ("GET", STORAGE, _stored_file),
    ("POST", re.compile(r"/v2/Indicators/Typing\.json"), lambda turn: messages.typing(turn.call)),
    ("POST", re.compile(r"/v1/Content"), lambda turn: contents.created(turn.call, turn.number)),
    ("GET", re.compile(r"/v1/Content/(?P<sid>[^/]+)"), lambda turn: contents.fetched(turn.named["sid"], turn.number)),
    (
        "GET",
        re.compile(r"/v1/ContentAndApprovals"),
        lambda turn: contents.listing(turn.call, turn.number, turn.page_size),
    ),
)


def _is_own(path: re.Match[str] | None, number: PlayedNumber) -> bool:
    """Whether a path is the account's own; the newer APIs name no account in theirs."""
    return path is None or path["account"] == _sid(number)


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (user, password) if scheme.lower() == "basic" else ("", "")


def _opens(given: tuple[str, str], number: PlayedNumber) -> bool:
    user, password = given
    token = number.credentials["auth_token"]
    return user == _sid(number) and hmac.compare_digest(password.encode(), token.encode())


def _sid(number: PlayedNumber) -> str:
    return number.credentials["account_sid"]


def _api(number: PlayedNumber) -> str:
    return number.api_url.rstrip("/")


def _twilio_number(number: PlayedNumber, url: str) -> TwilioNumber:
    token = SecretStr(number.credentials["auth_token"])
    return TwilioNumber(url=url, account_sid=_sid(number), phone=number.phone, auth_token=token)
