"""Sinch's webhook: one request is one event, and the key that is there says of which kind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from contracts.base import number_of
from contracts.content import Content, Reaction, Unsupported
from contracts.messages import DeliveryState, InboundMessage, MessageContext, MessageStatus, StatusReason
from gateway.providers.payload import contact_key, fault, raw_form, raw_of, read_object, word_or_none
from gateway.providers.seam import BadItem, Item, Notice, Parsed, Webhook
from gateway.providers.sinch import wire
from gateway.providers.sinch.content import form_of, kind_of, read
from gateway.providers.sinch.errors import report_reason

ENVELOPE = frozenset(
    {
        "app_id",
        "project_id",
        "accepted_time",
        "event_time",
        "message_metadata",
        "correlation_id",
        "channel_metadata",
    }
)
STATES = {
    "QUEUED_ON_CHANNEL": DeliveryState.SENT,
    "DELIVERED": DeliveryState.DELIVERED,
    "READ": DeliveryState.READ,
    "FAILED": DeliveryState.FAILED,
}
"""Every other word (`SWITCHING_CHANNEL`, what is yet to come) becomes a notice."""

REACTED = "REACTION_ACTION_REACT"
TO_APP = "TO_APP"

What = InboundMessage | MessageStatus | Notice | BadItem


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around an event."""

    fields: dict[str, Any]
    received_at: datetime

    def time(self, accepted: object = None) -> datetime:
        """When it happened: on the channel, else when Sinch accepted it, else when it came to us."""
        stamps = (self.fields.get("event_time"), accepted, self.fields.get("accepted_time"))
        return next((moment for moment in map(_moment, stamps) if moment), self.received_at)

    def reference(self) -> str | None:
        """Our own id of the message that is reported on; it was sent along in both fields."""
        return word_or_none(self.fields, "correlation_id") or word_or_none(self.fields, "message_metadata")


Reader = Callable[[dict[str, Any], Envelope], What]


def parse(webhook: Webhook) -> Parsed:
    """The event of a webhook; it would be several if Sinch ever sent more than one in a body.

    Raises:
        MalformedWebhook: it is no JSON object.
    """
    body = read_object(webhook.body)
    envelope = Envelope(body, webhook.received_at)
    owner = owner_of(word_or_none(body, "project_id"), word_or_none(body, "app_id"))
    return Parsed(items=tuple(Item(what, _sender(body), owner) for what in _events(body, envelope)))


def owner_of(project: str | None, app: str | None) -> str | None:
    """What Sinch calls the owner of a number: the app and the project that it is in, as far as they are named."""
    return "/".join(part for part in (project and project.lower(), app) if part) or None


def _events(body: dict[str, Any], envelope: Envelope) -> Iterator[What]:
    known = [kind for kind in READERS if body.get(kind) is not None]
    for kind in known:
        yield _event_of(kind, body[kind], envelope)
    if not known:
        kind = next((key for key in body if key not in ENVELOPE), "unknown")
        yield Notice(kind=kind, contact_key=_whom(body.get(kind)), raw=raw_form(body))


def _event_of(kind: str, raw: object, envelope: Envelope) -> What:
    if not isinstance(raw, dict):
        return BadItem(reason=f"{kind}: must be an object", raw=raw_of(envelope.fields))
    channel = word_or_none(raw.get("channel_identity"), "channel")
    if channel not in {None, wire.WHATSAPP}:
        return _notice(f"{kind}.{channel}", raw)  # an app may serve other channels beside WhatsApp
    try:
        return READERS[kind](raw, envelope)
    except ValidationError as error:
        return BadItem(reason=fault(error), raw=raw_form(raw))


def _message(raw: dict[str, Any], envelope: Envelope) -> What:
    if raw.get("injected") is True:
        return _notice("message.injected", raw)  # put into the conversation by an API call, not by the customer
    if raw.get("direction", TO_APP) != TO_APP:
        return _notice(f"message.{raw['direction']}", raw)
    message = wire.Message.model_validate(raw)
    content, answers = read(message.contact_message)
    return _inbound(message, content, envelope, answers or _answered(message.contact_message.get("reply_to")))


def _answered(reply_to: object) -> str | None:
    """The message that is answered. A reference that cannot be read does not cost us the message."""
    return word_or_none(reply_to, "message_id")


def _event(raw: dict[str, Any], envelope: Envelope) -> What:
    told = raw.get("contact_message_event")
    reaction = told.get("reaction_event") if isinstance(told, dict) else None
    if not isinstance(reaction, dict) or raw.get("direction", TO_APP) != TO_APP:
        return _notice(f"event.{_name_of(raw)}", raw)
    event, given = wire.Event.model_validate(raw), wire.Reaction.model_validate(reaction)
    emoji = (given.emoji or "") if given.action == REACTED else ""
    return _inbound(event, Reaction(message_id=given.message_id, emoji=emoji), envelope)


def _name_of(raw: dict[str, Any]) -> str:
    """What an event calls itself: `composing_event`, say, in `contact_event` or another part."""
    parts = (raw.get(part) for part in ("contact_event", "contact_message_event", "app_event"))
    return next((name for part in parts if isinstance(part, dict) for name in part), "unknown")


def _unsupported(raw: dict[str, Any], envelope: Envelope) -> What:
    callback = wire.Unsupported.model_validate(raw)
    payload = callback.payload or ""
    kind = kind_of(payload, "unsupported_callback")
    return _inbound(callback, Unsupported(provider_kind=kind, raw=form_of(payload) or raw_form(raw)), envelope)


def _inbound(
    message: wire.Message | wire.Event | wire.Unsupported,
    content: Content,
    envelope: Envelope,
    answers: str | None = None,
) -> InboundMessage:
    return InboundMessage(
        provider_id=message.id,
        contact_key=contact_key(message.channel_identity.identity),
        sent_at=envelope.time(getattr(message, "accept_time", None)),
        content=content,
        context=MessageContext(message_id=answers) if answers else None,
    )


def _status(raw: dict[str, Any], envelope: Envelope) -> What:
    report = wire.Report.model_validate(raw)
    state = STATES.get(report.status)
    if state is None:
        return _notice(f"status.{report.status}", raw)
    return MessageStatus(
        provider_id=report.message_id,
        contact_key=contact_key(report.channel_identity.identity),
        state=state,
        provider_state=report.status,
        occurred_at=envelope.time(),
        reason=_reason(raw.get("reason")) if state is DeliveryState.FAILED else None,
        reference=envelope.reference(),
    )


def _reason(raw: object) -> StatusReason:
    """A reason of another shape does not cost us the news that the message failed."""
    try:
        return report_reason(wire.Reason.model_validate(raw))
    except ValidationError:
        return report_reason(wire.Reason())


READERS: dict[str, Reader] = {
    "message": _message,
    "message_delivery_report": _status,
    "event": _event,
    "unsupported_callback": _unsupported,
}
"""Every other kind of event (contacts, conversations, opt-ins, capabilities, what is yet to come) becomes a notice."""


def _notice(kind: str, raw: dict[str, Any]) -> Notice:
    return Notice(kind=kind, contact_key=_whom(raw), raw=raw_form(raw))


def _whom(part: object) -> str:
    """The customer whom an event is about, where one of Sinch's usual places names them."""
    if not isinstance(part, dict):
        return ""
    contact = part.get("contact")
    known = contact.get("channel_identities") if isinstance(contact, dict) else None
    places = [part.get("channel_identity"), part, *(known if isinstance(known, list) else ())]
    identity = next((word for word in (word_or_none(place, "identity") for place in places) if word), None)
    return contact_key(identity) if identity else ""


def _sender(body: dict[str, Any]) -> str | None:
    """The business number that was written to; None where it is not named, or named by something that is no number."""
    sender = word_or_none(body.get("message"), "sender_id")
    return number_of(sender) if sender else None


def _moment(stamp: object) -> datetime | None:
    """The moment of an RFC 3339 time with any number of decimals; None when it is none."""
    try:
        moment = datetime.fromisoformat(stamp) if isinstance(stamp, str) else None
        return moment.astimezone(UTC) if moment is not None and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
