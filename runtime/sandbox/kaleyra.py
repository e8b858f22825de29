"""Kaleyra as the sandbox plays it: the second generation of its WhatsApp API, and the callbacks that it sends."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import unquote

from contracts.messages import DeliveryState, InboundMessage
from runtime.sandbox.kaleyra_messages import Part, message_object
from runtime.sandbox.requests import SignedRequest, path_of
from runtime.sandbox.seam import Accepted, ApiAnswer, ApiCall, PlayedNumber, SandboxFile
from runtime.sandbox.showing import Shown, whatsapp_shown

KINDS = frozenset(
    {
        "text",
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "location",
        "contacts",
        "interactive",
        "template",
        "reaction",
    }
)
WORDS = {
    DeliveryState.SENT: "sent",
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.READ: "read",
    DeliveryState.FAILED: "failed",
}
TEMPLATES: tuple[Part, ...] = (
    {
        "id": "700000000000001",
        "name": "order_update",
        "language": "en",
        "status": "APPROVED",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
            {"type": "BODY", "text": "Hello {{1}}, your order {{2}} is on its way."},
            {"type": "FOOTER", "text": "Sandbox"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Thanks"},
                    {"type": "URL", "text": "Follow it", "url": "https://shop.example.test/{{1}}"},
                ],
            },
        ],
    },
    {
        "id": "700000000000002",
        "name": "promotion",
        "language": "en",
        "status": "REJECTED",
        "category": "MARKETING",
        "components": [{"type": "BODY", "text": "Buy one, get one free."}],
    },
)


class Rejected(ValueError):
    """A call that Kaleyra answers with `WA400`; `str(error)` is its message."""


class PlayedKaleyra:
    """Implements `PlayedProvider`, `NamesMessages`, `NamesFiles` and `ShowsMessages`."""

    name = "kaleyra"

    def numbers_of(self, call: ApiCall, numbers: tuple[PlayedNumber, ...]) -> PlayedNumber | None:
        """By the SID and the number (or the business account) in the path, and the API key. A link to a file names its
        number alone: it opens to everybody."""
        return next((number for number in numbers if _is_of(call, number)), None)

    def unauthorised(self) -> ApiAnswer:
        """Kaleyra's answer to a wrong SID or API key."""
        return ApiAnswer(401, json={"code": "RBC001", "message": "The SID or the api-key is not valid", "data": None})

    def answer(self, call: ApiCall, number: PlayedNumber, files: Mapping[str, SandboxFile]) -> ApiAnswer:
        """Messages, read marks, files in and out, and templates."""
        last = call.path.rstrip("/").rpartition("/")[2]
        try:
            match call.method, last:
                case "POST", "messages":
                    return _take(call, files)
                case "POST", "media":
                    return _shelve(call)
                case "GET", "message_templates":
                    return ApiAnswer(200, json={"data": list(TEMPLATES), "paging": {"cursors": {"after": "end"}}})
                case "GET", media_id if media_id in files and _is_file(call):
                    file = files[media_id]
                    return ApiAnswer(200, body=file.content, headers={"Content-Type": file.mime_type})
        except Rejected as error:
            return ApiAnswer(400, json={"code": "WA400", "message": str(error), "data": None})
        return ApiAnswer(404, json={"code": "404", "message": "There is nothing at this address", "data": None})

    def failure(self, status: int, retry_after_s: int | None) -> ApiAnswer:
        """Throttling has no code of Kaleyra's own; its own faults have `WA500`."""
        code, words = ("429", "Too many requests") if status == 429 else ("WA500", "Internal error")  # noqa: PLR2004 - HTTP's status for throttling
        headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        return ApiAnswer(status, json={"code": code, "message": words, "data": None}, headers=headers)

    def message_id(self, digits: str) -> str:
        """Meta's form."""
        return f"wamid.{digits.upper()}"

    def file_url(self, number: PlayedNumber, media_id: str) -> str:
        """Kaleyra's copy, for whoever has the link."""
        return f"{number.api_url.rstrip('/')}/copies/{number.phone.lstrip('+')}/{media_id}"

    def shows(self, raw: Mapping[str, Any], _files: Mapping[str, SandboxFile]) -> Shown | None:
        """What a phone shows of a message."""
        return whatsapp_shown(raw, TEMPLATES)

    def says(self, number: PlayedNumber, message: InboundMessage) -> SignedRequest:
        """One message, as the second generation tells of it: every kind that we know."""
        said, media_url = message_object(message)
        identity = _without_plus(message.contact_key)
        contact: Part = {"wa_id": identity, "profile": {"name": message.profile_name}}
        if message.user_id:
            contact["user_id"] = message.user_id
        extra = {"media_url": media_url, "reply_to": "", "ref": "", "trace_id": _digest(message.provider_id)}
        return _callback(number, {"contacts": [contact], "messages": [said]}, extra, {})

    def reports(
        self, number: PlayedNumber, sent: Accepted, state: DeliveryState, at: datetime, code: str | None = None
    ) -> SignedRequest:
        """A status, with our reference.

        Raises:
            ValueError: `queued` and `unconfirmed` are not among Kaleyra's.
        """
        if state not in WORDS:
            raise ValueError(f"Kaleyra does not report {state.value}")
        status: Part = {
            "id": sent.provider_id,
            "status": WORDS[state],
            "timestamp": str(int(at.timestamp())),
            "recipient_id": _without_plus(sent.contact_key),
        }
        if state is DeliveryState.FAILED:
            failed_by = code or "131026"
            status["errors"] = [
                {"code": int(failed_by) if failed_by.isdigit() else failed_by, "title": "Message undeliverable"}
            ]
        extra = {"ref": sent.reference or "", "message_id": sent.provider_id, "trace_id": _digest(sent.provider_id)}
        beside = {"status": WORDS[state].upper(), "message_id": sent.provider_id}
        return _callback(number, {"statuses": [status]}, extra, beside)


def _is_of(call: ApiCall, number: PlayedNumber) -> bool:
    its, path = number.credentials, unquote(call.path)
    if _is_file(call):
        return path.startswith(f"/copies/{number.phone.lstrip('+')}/")
    root = f"/v2/{its['account_sid']}/whatsapp"
    owners = {number.phone, number.phone.lstrip("+"), its["waba_id"]}
    is_there = any(path.startswith(f"{root}/{owner}/") for owner in owners)
    return is_there and call.headers.get("api-key") == its["api_key"]


def _is_file(call: ApiCall) -> bool:
    return call.method == "GET" and call.path.startswith("/copies/")


def _take(call: ApiCall, files: Mapping[str, SandboxFile]) -> ApiAnswer:
    whole = _object_of(call.body)
    said = whole.get("messaging_object")
    if not isinstance(said, dict) or said.get("messaging_product") != "whatsapp":
        raise Rejected("messaging_object with messaging_product whatsapp is required")
    if said.get("status") == "read":
        return _mark(said)
    kind = _kind(said, files)
    extra, context = whole.get("extra_info") or {}, said.get("context") or {}
    message_id = f"wamid.{_digest(call.at.isoformat() + call.body.decode()).upper()}"
    accepted = Accepted(
        provider_id=message_id,
        reference=extra.get("ref") or None,
        contact_key=str(said.get("to") or said["recipient"]),
        kind=kind,
        words=_words(kind, said[kind]),
        raw=said,
        reply_to=context.get("message_id"),
    )
    answer = {"code": "WA200", "message": "Message accepted", "data": {"message_id": message_id}}
    return ApiAnswer(200, json=answer, accepted=(accepted,))


def _object_of(body: bytes) -> Part:
    try:
        whole = json.loads(body)
    except ValueError:
        raise Rejected("The body is not JSON") from None
    if not isinstance(whole, dict):
        raise Rejected("The body is not an object")
    return whole


def _mark(said: Part) -> ApiAnswer:
    if not said.get("message_id"):
        raise Rejected("message_id is required")
    signal = "typing" if said.get("typing_indicator") else "read"
    answer = {"code": "WA200", "message": "Accepted", "data": {"success": True}}
    return ApiAnswer(200, json=answer, signal=(signal, said["message_id"]))


def _kind(said: Part, files: Mapping[str, SandboxFile]) -> str:
    """The kind of a message that has what one of its kind must have."""
    kind = said.get("type")
    if not (said.get("to") or said.get("recipient")):
        raise Rejected("to is required")
    if not isinstance(kind, str) or kind not in KINDS or not said.get(kind):
        raise Rejected("type, and the object of that name, are required")
    part = said[kind]
    if kind == "text" and not part.get("body"):
        raise Rejected("text.body is required")
    if kind in {"image", "video", "audio", "document", "sticker"} and not (part.get("link") or part.get("id") in files):
        raise Rejected(f"{kind} wants a link, or the id of a file that was handed in")
    if kind == "template":
        _check_template(part)
    return kind


def _check_template(part: Part) -> None:
    wanted = (part.get("name"), (part.get("language") or {}).get("code"))
    if wanted not in {(template["name"], template["language"]) for template in TEMPLATES}:
        raise Rejected("The template was not found")


def _words(kind: str, part: Any) -> str:  # noqa: ANN401 - a part is of its kind's shape
    match kind:
        case "text":
            return str(part["body"])
        case "interactive":
            return str((part.get("body") or {}).get("text", ""))
        case "contacts":
            return ", ".join(str((card.get("name") or {}).get("formatted_name", "")) for card in part)
        case "reaction":
            return str(part.get("emoji", ""))
        case _:
            return str(part.get("caption") or part.get("name") or "")


def _shelve(call: ApiCall) -> ApiAnswer:
    """A file that is handed in, as a form of several parts."""
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n".encode()
    whole = BytesParser(policy=HTTP).parsebytes(head + call.body)
    parts = {part.get_param("name", header="content-disposition"): part for part in whole.iter_parts()}
    if "file" not in parts:
        raise Rejected("file is required")
    part = parts["file"]
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or not content:
        raise Rejected("file is empty")
    media_id = str(int(hashlib.sha256(content + call.at.isoformat().encode()).hexdigest()[:12], 16))
    file = SandboxFile(media_id, part.get_content_type(), part.get_filename() or "", content)
    return ApiAnswer(200, json={"id": media_id}, uploaded=file)


def _callback(number: PlayedNumber, items: Part, extra: Part, beside: Part) -> SignedRequest:
    """A callback of the second generation. Nothing is signed: the profile holds the bearer token as a fixed header."""
    metadata = {"display_phone_number": number.phone.lstrip("+"), "phone_number_id": _digest(number.phone)}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **items}
    body = {
        "meta_object": {"field": "messages", "value": value},
        "extra_info": {**extra, "waba_id": number.credentials["waba_id"]},
        **beside,
    }
    return signed(number, json.dumps(body, ensure_ascii=False).encode())


def signed(number: PlayedNumber, body: bytes) -> SignedRequest:
    """Any body, with the header of the callback profile, to the URL of the callback profile."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {number.credentials['bearer_token']}"}
    return SignedRequest(method="POST", path=path_of(number.webhook_url), headers=headers, body=body)


def _without_plus(contact_key: str) -> str:
    return contact_key.removeprefix("+")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


PLAYED = PlayedKaleyra()
