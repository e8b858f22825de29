"""How far our messages have come, as Meta tells of it."""

from datetime import datetime, timedelta

from contracts.base import number_of
from contracts.messages import DeliveryState
from runtime.sandbox.meta.errors import title_of
from runtime.sandbox.meta.webhooks import Part
from runtime.sandbox.seam import Accepted

TOLD = frozenset({DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED})
UNDELIVERABLE = "131026"


def status_of(sent: Accepted, state: DeliveryState, at: datetime, code: str | None) -> Part:
    """One status of a message.

    Raises:
        ValueError: Meta tells of no such state, or the code is none of its.
    """
    if state not in TOLD:
        raise ValueError(f"Meta does not tell of messages that are {state}")
    number = number_of(sent.contact_key)
    recipient = {"recipient_id": number.lstrip("+")} if number else {"recipient_user_id": sent.contact_key}
    part: Part = {"id": sent.provider_id, "status": str(state), "timestamp": str(int(at.timestamp())), **recipient}
    if sent.reference is not None:
        part["biz_opaque_callback_data"] = sent.reference
    if state is DeliveryState.FAILED:
        return {**part, "errors": [_error(code or UNDELIVERABLE)]}
    return part if state is DeliveryState.READ else {**part, **_billing(sent, state, at)}


def _error(code: str) -> Part:
    if not (code.isascii() and code.isdigit()):
        raise ValueError("Meta's error codes are numbers")
    title = title_of(int(code))
    return {"code": int(code), "title": title, "message": title, "error_data": {"details": f"{title}."}}


def _billing(sent: Accepted, state: DeliveryState, at: datetime) -> Part:
    """What the message costs; until when the conversation is open is told with the first status only."""
    category = "utility" if sent.kind == "template" else "service"
    conversation: Part = {"id": f"conversation-{sent.contact_key}", "origin": {"type": category}}
    if state is DeliveryState.SENT:
        conversation["expiration_timestamp"] = str(int((at + timedelta(hours=24)).timestamp()))
    pricing = {"billable": category != "service", "pricing_model": "PMP", "category": category}
    return {"conversation": conversation, "pricing": pricing}
