"""From a customer's message in our words to the form by which Twilio tells of it."""

import json
import math

from contracts.content import (
    ButtonReply,
    Contacts,
    Content,
    Deleted,
    Edited,
    FlowReply,
    ListReply,
    Location,
    Media,
    MediaKind,
    Order,
    QuickReply,
    Reaction,
    System,
    Text,
    Unsupported,
)
from contracts.messages import InboundMessage, MessageContext, Referral
from runtime.sandbox.twilio.forms import Form, TwilioNumber, message

HINTS: dict[MediaKind, str] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "voice": "audio",
    "document": "document",
    "sticker": "sticker",
}
ONLY_TYPES: dict[MediaKind, str] = {"voice": "audio/ogg", "sticker": "image/webp"}
FAMILIES = frozenset({"image", "video", "audio"})
EMPTY = "empty"
ADVICE = {"contacts": ": a card is a file there, say a document of the type text/vcard"}


def form_of(number: TwilioNumber, said: InboundMessage) -> Form:
    """The form that tells of a message.

    Raises:
        ValueError: Twilio has no form for such a message.
    """
    kind, words, fields = _content(said.content)
    return {
        **message(number, said.contact_key, said.provider_id, kind, words),
        **({"ProfileName": said.profile_name} if said.profile_name else {}),
        **_user(said),
        **(_context(said.context) if said.context else {}),
        **(_referral(said.referral) if said.referral else {"ReferralNumMedia": "0"}),
        **fields,
    }


def _content(content: Content) -> tuple[str, str, Form]:
    """The hint `MessageType`, the body, and the fields of its own."""
    match content:
        case Text(text=words):
            return "text", _filled(words, "a text"), {}
        case Media():
            return HINTS[content.kind], content.caption, _file(content)
        case Location():
            return "location", "", _place(content)
        case ButtonReply() | QuickReply() | ListReply() | FlowReply():
            return _answer(content)
        case Unsupported(provider_kind=kind, raw=raw):
            return "text" if kind == EMPTY else kind, "", {name: str(value) for name, value in raw.items()}
        case Contacts() | Reaction() | Order() | Edited() | Deleted() | System():
            advice = ADVICE.get(content.kind, "")
            raise ValueError(f"Twilio has no form for a message of the kind {content.kind}{advice}")


def _answer(content: ButtonReply | QuickReply | ListReply | FlowReply) -> tuple[str, str, Form]:
    match content:
        case ButtonReply(payload=payload, title=title):
            return "interactive", title, _pressed(payload, title)
        case QuickReply(payload=payload, title=title):
            return "button", title, _pressed(payload, title)
        case ListReply(payload=payload, title=title, description=description):
            chosen = {"ListId": _filled(payload, "a choice"), "ListTitle": title, "ListDescription": description}
            return "interactive", title, chosen
        case FlowReply(title=title):
            return "interactive", title, {"InteractiveData": _response(content)}


def _filled(words: str, what: str) -> str:
    if not words:
        raise ValueError(f"{what} must not be empty")
    return words


def _pressed(payload: str, title: str) -> Form:
    return {"ButtonPayload": _filled(payload, "the payload of a button"), "ButtonText": title}


def _file(content: Media) -> Form:
    """A file. Twilio tells neither its name nor its hash."""
    essence = content.mime_type.partition(";")[0].strip().lower()
    family = essence.partition("/")[0]
    wanted = ONLY_TYPES.get(content.kind)
    fits = {
        content.kind in FAMILIES: family == content.kind and essence != ONLY_TYPES["voice"],
        content.kind == "document": family not in FAMILIES,
        wanted is not None: essence == wanted,
    }
    if not fits[True]:
        raise ValueError(f"Twilio does not take {content.mime_type or 'a file without a type'} for {content.kind}")
    url = _filled(content.url or "", "the URL of a file")
    return {"NumMedia": "1", "MediaContentType0": content.mime_type, "MediaUrl0": url}


def _place(content: Location) -> Form:
    if not (math.isfinite(content.latitude) and math.isfinite(content.longitude)) or content.url:
        raise ValueError("a place has finite coordinates, and no URL")
    degrees = {"Latitude": repr(content.latitude), "Longitude": repr(content.longitude)}
    return {**degrees, "Address": content.address, "Label": content.name}


def _response(content: FlowReply) -> str:
    if content.name:
        raise ValueError("Twilio does not tell a form's name")
    answered = content.response
    return json.dumps(answered) if isinstance(answered, dict) else _filled(answered, "an answered form")


def _user(said: InboundMessage) -> Form:
    user_id = said.user_id or ("" if said.contact_key.startswith("+") else said.contact_key)
    return {"ExternalUserId": f"whatsapp:{user_id}"} if user_id else {}


def _context(context: MessageContext) -> Form:
    if context.product is not None:
        raise ValueError("Twilio does not tell of products")
    told = {
        "OriginalRepliedMessageSid": context.message_id or "",
        "OriginalRepliedMessageSender": f"whatsapp:{context.sender}" if context.sender else "",
        "Forwarded": "true" if context.forwarded else "",
        "FrequentlyForwarded": "true" if context.frequently_forwarded else "",
    }
    return {name: value for name, value in told.items() if value}


def _referral(referral: Referral) -> Form:
    return {
        "ReferralSourceType": referral.source_type,
        "ReferralSourceId": referral.source_id,
        "ReferralSourceUrl": referral.source_url,
        "ReferralHeadline": referral.headline,
        "ReferralBody": referral.body,
        "ReferralMediaUrl": referral.media_url,
        "ReferralMediaContentType": referral.media_type,
        "ReferralCtwaClid": referral.click_id,
        "ReferralNumMedia": "1" if referral.media_url else "0",
    }
