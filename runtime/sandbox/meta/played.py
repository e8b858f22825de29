"""Meta as the sandbox plays it: the Graph API as far as we call it, and the webhooks."""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import SecretStr

from contracts.base import Instant
from contracts.messages import DeliveryState, InboundMessage
from runtime.sandbox.meta import media, messages, templates
from runtime.sandbox.meta.errors import GraphError, answer, no_such_object
from runtime.sandbox.meta.says import contact_of, part_of
from runtime.sandbox.meta.statuses import status_of
from runtime.sandbox.meta.webhooks import MetaNumber, delivery
from runtime.sandbox.requests import SignedRequest
from runtime.sandbox.seam import Accepted, ApiAnswer, ApiCall, PlayedNumber, SandboxFile
from runtime.sandbox.showing import Shown, whatsapp_shown

BAD_GATEWAY = (502, 504)
FAILURES = {429: 130429, 500: 131000, 503: 2}
_VERSION = re.compile(r"v[0-9]+\.[0-9]+")


class PlayedMeta:
    """Implements `PlayedProvider`, `PlaysBatches`, `NamesMessages`, `NamesFiles` and `ShowsMessages`."""

    name = "meta"

    def numbers_of(self, call: ApiCall, numbers: tuple[PlayedNumber, ...]) -> PlayedNumber | None:
        """Whose token the call holds; of several, the one that the path or the query names."""
        token = call.headers.get("authorization", "").removeprefix("Bearer ").encode()
        holders = [
            number
            for number in numbers
            if hmac.compare_digest(number.credentials["authorization_token"].encode(), token)
        ]
        named = {*_steps(call), call.query.get("phone_number_id", "")}
        chosen = (number for number in holders if not named.isdisjoint(_ids(number)))
        return next(chosen, holders[0] if holders else None)

    def unauthorised(self) -> ApiAnswer:
        """What Meta says to a token that it does not know."""
        return answer(GraphError(190, "The access token could not be decrypted"))

    def answer(self, call: ApiCall, number: PlayedNumber, files: Mapping[str, SandboxFile]) -> ApiAnswer:
        """Carry a call out, or refuse it as Meta does."""
        try:
            return _answer(call, number, files)
        except GraphError as error:
            return answer(error)

    def failure(self, status: int, retry_after_s: int | None) -> ApiAnswer:
        """An error on demand; what stands before the API answers for it at times, and knows no JSON."""
        headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        if status in BAD_GATEWAY:
            return ApiAnswer(status=status, body=b"<html>Sorry, something went wrong.</html>", headers=headers)
        return answer(GraphError(FAILURES.get(status, 1), "This was asked of the sandbox"), status, headers)

    def says(self, number: PlayedNumber, message: InboundMessage) -> SignedRequest:
        """The webhook of one message."""
        return self.says_together(number, (message,))

    def says_together(self, number: PlayedNumber, messages: tuple[InboundMessage, ...]) -> SignedRequest:
        """One webhook of many messages, with everybody who wrote them."""
        contacts = {message.contact_key: contact_of(message) for message in messages}
        return delivery(
            _meta_number(number), contacts=list(contacts.values()), messages=[part_of(message) for message in messages]
        )

    def reports(
        self, number: PlayedNumber, sent: Accepted, state: DeliveryState, at: Instant, code: str | None = None
    ) -> SignedRequest:
        """The webhook of one status."""
        return delivery(_meta_number(number), statuses=[status_of(sent, state, at, code)])

    def message_id(self, digits: str) -> str:
        """An id of a message."""
        return f"wamid.{urlsafe_b64encode(bytes.fromhex(digits)).decode()}"

    def file_url(self, number: PlayedNumber, media_id: str) -> str:
        """Where a customer's file is fetched."""
        return media.url_of(number, media_id)

    def shows(self, raw: Mapping[str, Any], _files: Mapping[str, SandboxFile]) -> Shown | None:
        """What a phone shows of a message."""
        return whatsapp_shown(raw, templates.TEMPLATES)


def _ids(number: PlayedNumber) -> set[str]:
    return {number.credentials["phone_number_id"], number.credentials["account_sid"]}


def _steps(call: ApiCall) -> list[str]:
    """The path without the version, which may stand before it."""
    steps = call.path.strip("/").split("/")
    return steps[1:] if _VERSION.fullmatch(steps[0]) else steps


def _meta_number(number: PlayedNumber) -> MetaNumber:
    return MetaNumber(
        url=number.webhook_url,
        waba_id=number.credentials["account_sid"],
        phone_number_id=number.credentials["phone_number_id"],
        phone=number.phone,
        app_secret=SecretStr(number.credentials["app_secret"]),
        verify_token=SecretStr(number.credentials["verify_token"]),
    )


def _answer(call: ApiCall, number: PlayedNumber, files: Mapping[str, SandboxFile]) -> ApiAnswer:
    match (call.method, *_steps(call)):
        case ("POST", owner, "messages") if owner == number.credentials["phone_number_id"]:
            return _told(call, files)
        case ("POST", owner, "media") if owner == number.credentials["phone_number_id"]:
            file = media.uploaded(call)
            return ApiAnswer(200, json={"id": file.media_id}, uploaded=file)
        case ("GET", owner, "message_templates") if owner == number.credentials["account_sid"]:
            return ApiAnswer(200, json=templates.listed(call, number.api_url.rstrip("/")))
        case ("GET", owner, "phone_numbers") if owner == number.credentials["account_sid"]:
            return ApiAnswer(200, json={"data": [_described(number)]})
        case ("GET", "media", media_id) if media_id in files:
            file = files[media_id]
            return ApiAnswer(200, body=file.content, headers={"Content-Type": file.mime_type})
        case ("GET", media_id) if media_id in files:
            return ApiAnswer(200, json=media.described(number, files[media_id]))
        case _:
            raise no_such_object(_steps(call)[0])


def _described(number: PlayedNumber) -> dict[str, Any]:
    found = {"id": number.credentials["phone_number_id"], "display_phone_number": number.phone}
    return {**found, "verified_name": "Sandbox", "quality_rating": "GREEN"}


def _told(call: ApiCall, files: Mapping[str, SandboxFile]) -> ApiAnswer:
    """A message, or a mark that one was read."""
    try:
        body = orjson.loads(call.body)
    except orjson.JSONDecodeError:
        raise GraphError(100, "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise GraphError(100, "The body is not a JSON object.")
    return _marked(body) if "status" in body else messages.take(call, body, files)


def _marked(body: dict[str, Any]) -> ApiAnswer:
    message_id = body.get("message_id")
    if body.get("messaging_product") != "whatsapp" or body["status"] != "read" or not isinstance(message_id, str):
        raise GraphError(100, "Only messages that were received can be marked as read.")
    signal = "typing" if body.get("typing_indicator") == {"type": "text"} else "read"
    return ApiAnswer(200, json={"success": True}, signal=(signal, message_id))
