"""What is asked of Sinch: messages, read marks and typing, files, and whether the keys are good."""

from typing import Any

from contracts.accounts import Account
from contracts.content import Media
from contracts.messages import FailureKind
from contracts.outbound import OutboundMessage, OutboundSignal, Signal, TemplateMessage
from gateway.providers.delivery import (
    Conversation,
    Download,
    HttpCall,
    HttpReply,
    OutcomeUnknown,
    Refused,
    Sent,
    cannot_express,
)
from gateway.providers.sinch.api import app_id, authorised, conversation_url
from gateway.providers.sinch.errors import failure, reason_of
from gateway.providers.sinch.messages import message_of
from gateway.providers.sinch.templates import buttons_of

LONGEST_CORRELATION = 128
SIGNALS = {Signal.READ: "read_message_event", Signal.TYPING: "composing_event"}


def deliver(message: OutboundMessage, account: Account, media_url: str | None) -> Conversation[Sent]:
    """Send a message. Our id goes along twice: `correlation_id` and `message_metadata` come back in every report.

    Raises:
        Refused, TryLater, OutcomeUnknown: see `gateway.providers.delivery`.
    """
    if message.reply_to:
        raise cannot_express("a message that quotes another one")
    content = message.content
    buttons = (yield from buttons_of(content, account)) if isinstance(content, TemplateMessage) else None
    body = {
        **_addressed(message.contact_key, account),
        "message": message_of(content, media_url, buttons),
        "channel_priority_order": ["WHATSAPP"],  # otherwise Sinch may fall back to SMS
        **_references(message.id),
    }
    call = HttpCall("POST", conversation_url(account, "messages:send"), json=body, effect=True)
    return _sent((yield from authorised(account, call)))


def _references(reference: str) -> dict[str, str]:
    """Our id in both fields that come back in reports; the metadata take a longer one."""
    correlation = {"correlation_id": reference} if len(reference) <= LONGEST_CORRELATION else {}
    return {"message_metadata": reference, **correlation}


def _sent(reply: HttpReply) -> Sent:
    if not reply.ok:
        raise failure(reply, effect=True)
    message_id = reply.object().get("message_id")
    if not (message_id and isinstance(message_id, str)):
        raise OutcomeUnknown("the provider took the message, and did not say under which id")
    return Sent(provider_id=message_id)


def _addressed(contact_key: str, account: Account) -> dict[str, Any]:
    identity = {"channel": "WHATSAPP", "identity": contact_key.removeprefix("+")}
    return {"app_id": app_id(account), "recipient": {"identified_by": {"channel_identities": [identity]}}}


def signal(signal: OutboundSignal, account: Account) -> Conversation[None]:
    """A read mark or that somebody is typing. Both are about the conversation: Sinch asks for no message, so ours
    goes along as metadata only.

    Raises:
        Refused, TryLater: it was not taken.
    """
    body = {
        **_addressed(signal.contact_key, account),
        "event": {SIGNALS[signal.signal]: {}},
        "channel_priority_order": ["WHATSAPP"],
        "event_metadata": signal.message_id,
    }
    reply = yield from authorised(account, HttpCall("POST", conversation_url(account, "events:send"), json=body))
    if not reply.ok:
        raise failure(reply)


def check(account: Account) -> Conversation[str]:
    """Whether the keys open the project, and the project has the app.

    Raises:
        Refused, TryLater: they do not, or it cannot be said now.
    """
    reply = yield from authorised(account, HttpCall("GET", conversation_url(account, f"apps/{app_id(account)}")))
    if not reply.ok:
        raise failure(reply)
    name = reply.object().get("display_name")
    return f"The keys open the Sinch app {name if name and isinstance(name, str) else app_id(account)}."


def locate(media: Media) -> Conversation[Download]:
    """Where a customer's file is. Sinch serves it to whoever knows its URL, so no credentials go there.

    Raises:
        Refused: the message came without a URL.
    """
    yield from ()  # a conversation without a call
    if not media.url:
        raise Refused(reason_of(FailureKind.MEDIA, "no url", "the file has no address"))
    call = HttpCall("GET", media.url)
    return Download(call=call, hosts=(), mime_type=media.mime_type, filename=media.filename, sha256=media.sha256)
