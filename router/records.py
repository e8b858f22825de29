"""What the router stores and says of an event, made from the event and its decision. Pure."""

import traceback
from collections.abc import Iterable
from datetime import datetime

from contracts.commands import CallWebhook, FetchMedia, Send
from contracts.content import Media, Text
from contracts.deadletters import DeadLetter
from contracts.events import Event, MessageReceived, NoticeReceived, StatusReported
from contracts.interactions import Interaction, Reply
from contracts.messages import STATUS_RANK, DeliveryState, FailureKind, InboundMessage, StatusReason, message_id
from contracts.stored import FileState, Rejection, StoredFile, StoredMessage, StoredNotice, StoredStatus
from router.engine import CallEndpoint

REFUSAL = "refusal"
"""The author of what a sender who is not admitted is told."""
HELD_BACK = StatusReason(
    code="",
    kind=FailureKind.UNKNOWN,
    sentence="Not sent now: a replay processed the customer's message again, and this may have been sent before.",
)


def stored(event: MessageReceived, interaction_id: str, sequence: int) -> StoredMessage:
    """The event's message, as number `sequence` of an interaction's log."""
    message = event.message
    return StoredMessage(
        id=message_id(event.account_id, message.provider_id),
        event_id=event.event_id,
        correlation_id=event.correlation_id,
        interaction_id=interaction_id,
        account_id=event.account_id,
        contact_key=event.contact_key,
        direction="inbound",
        sequence=sequence,
        provider_id=message.provider_id,
        content=message.content,
        context=message.context,
        referral=message.referral,
        file=_file(message),
        sent_at=message.sent_at,
        received_at=event.received_at,
    )


def _file(message: InboundMessage) -> StoredFile | None:
    if not isinstance(message.content, Media):
        return None
    return StoredFile(state=FileState.PENDING, mime_type=message.content.mime_type, filename=message.content.filename)


def is_quiet(event: Event) -> bool:
    """Whether nothing is to be said to the customer on account of an event: a replay brings it again."""
    return isinstance(event, MessageReceived) and event.repaired is not None and event.repaired.quiet


def place_of(event: Event) -> tuple[str, int] | None:
    """The interaction and the number in its log that a replay has found for a message."""
    if not isinstance(event, MessageReceived) or event.repaired is None or event.repaired.interaction_id is None:
        return None
    return event.repaired.interaction_id, event.repaired.sequence


def held_back(message: StoredMessage) -> StoredMessage:
    """The same message, not to be sent: it may have been before."""
    state = DeliveryState.UNCONFIRMED
    return message.model_copy(update={"state": state, "state_rank": STATUS_RANK[state], "state_reason": HELD_BACK})


def reply_of(reply: Reply, interaction: Interaction, correlation_id: str) -> StoredMessage:
    """An automatic reply, to be sent. Its id follows from its event and its entry: made again, it is the same one."""
    return StoredMessage.queued(
        f"{reply.event_id}-{reply.position}",
        Text(text=reply.text),
        f"action:{reply.position}",
        reply.at,
        event_id=reply.event_id,
        correlation_id=correlation_id,
        interaction_id=interaction.id,
        account_id=interaction.account_id,
        contact_key=interaction.contact_key,
        sequence=reply.sequence,
    )


def refusal_of(event: MessageReceived, text: str, now: datetime) -> StoredMessage:
    """What a sender who is not admitted is told. It belongs to no interaction, for there is none."""
    return StoredMessage.queued(
        f"{event.event_id}-refusal",
        Text(text=text),
        REFUSAL,
        now,
        event_id=event.event_id,
        correlation_id=event.correlation_id,
        interaction_id="",
        account_id=event.account_id,
        contact_key=event.contact_key,
        sequence=0,
    )


def sends_of(messages: Iterable[StoredMessage]) -> list[Send]:
    """The triggers that have outbound messages sent, one for each conversation."""
    outbound = {(m.account_id, m.contact_key): m for m in messages if m.direction == "outbound"}
    return [
        Send(correlation_id=message.correlation_id, account_id=account_id, contact_key=contact_key)
        for (account_id, contact_key), message in outbound.items()
    ]


def fetch_of(message: StoredMessage) -> FetchMedia | None:
    """The errand that fetches a message's file, where it has one."""
    if message.file is None:
        return None
    return FetchMedia(correlation_id=message.correlation_id, account_id=message.account_id, message_id=message.id)


def call_of(effect: CallEndpoint, event: Event) -> CallWebhook:
    """The errand that calls an endpoint."""
    return CallWebhook(
        correlation_id=event.correlation_id,
        account_id=event.account_id,
        contact_key=event.contact_key,
        interaction_id=effect.interaction_id,
        step=effect.step,
        url=effect.url,
        timeout=effect.timeout,
        expires_at=effect.expires_at,
        body=effect.body,
    )


def rejection(event: MessageReceived, reason: str) -> Rejection:
    """The record of a sender who was not admitted."""
    return Rejection(
        id=message_id(event.account_id, event.message.provider_id),
        account_id=event.account_id,
        contact_key=event.contact_key,
        reason=reason,
        at=event.received_at,
        correlation_id=event.correlation_id,
    )


def status_of(event: StatusReported) -> StoredStatus:
    """The event's delivery status."""
    status = event.status
    about = message_id(event.account_id, status.provider_id)
    return StoredStatus(
        id=f"{about}:{status.provider_state}",
        message_id=about,
        account_id=event.account_id,
        contact_key=event.contact_key,
        provider_id=status.provider_id,
        state=status.state,
        provider_state=status.provider_state,
        reason=status.reason,
        reference=status.reference,
        occurred_at=status.occurred_at,
        correlation_id=event.correlation_id,
    )


def notice_of(event: NoticeReceived) -> StoredNotice:
    """The event's notice."""
    return StoredNotice(
        id=event.event_id,
        account_id=event.account_id,
        contact_key=event.contact_key,
        kind=event.kind,
        raw=event.raw,
        at=event.received_at,
        correlation_id=event.correlation_id,
    )


def letter(event: Event, error: Exception, now: datetime) -> DeadLetter:
    """What is set apart of an event that could not be decided."""
    return DeadLetter(
        id=event.event_id,
        stage="router",
        reason=str(error) or type(error).__name__,
        attempts=1,
        at=now,
        correlation_id=event.correlation_id,
        account_id=event.account_id,
        body=event.model_dump(mode="json"),
        trace="".join(traceback.format_exception(error)),
    )
