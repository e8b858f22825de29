"""What a webhook becomes: events for the broker, and dead letters for the items that nobody can understand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple, assert_never

from contracts.accounts import Account
from contracts.base import new_id
from contracts.deadletters import DeadLetter
from contracts.events import Event, MessageReceived, NoticeReceived, StatusReported
from contracts.messages import InboundMessage, MessageStatus
from contracts.partitioning import partition_of
from gateway.providers.seam import BadItem, Item, Notice, Provider, Webhook


class Taken(NamedTuple):
    """An event on its way in: whose it is, its partition, and what is published."""

    account: str
    partition: int
    body: bytes


@dataclass(slots=True)
class Intake:
    """What is to be published before the provider hears 200, and how many items were for nobody."""

    events: list[Taken] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    foreign: int = 0


def take_in(
    provider: Provider,
    items: Sequence[Item],
    accounts: Sequence[Account],
    webhook: Webhook,
    partitions: int,
    correlation_id: str,
) -> Intake:
    """Give every item to its account. All of them carry one correlation id: they came in one request."""
    intake = Intake()
    for item in items:
        account = next((account for account in accounts if provider.belongs(item, account)), None)
        if isinstance(item.what, BadItem):
            owner = account or (accounts[0] if len(accounts) == 1 else None)
            intake.letters.append(_letter(item.what, owner, webhook, correlation_id))
        elif account is None:
            intake.foreign += 1
        else:
            event = _event(item.what, account, webhook, correlation_id)
            partition = partition_of(event.conversation, partitions)
            intake.events.append(Taken(account.id, partition, event.model_dump_json().encode()))
    return intake


def _event(
    what: InboundMessage | MessageStatus | Notice, account: Account, webhook: Webhook, correlation_id: str
) -> Event:
    common = {
        "event_id": new_id(),
        "correlation_id": correlation_id,
        "account_id": account.id,
        "contact_key": what.contact_key,
        "received_at": webhook.received_at,
    }
    match what:
        case InboundMessage():
            return MessageReceived(**common, message=what)
        case MessageStatus():
            return StatusReported(**common, status=what)
        case Notice():
            return NoticeReceived(**common, kind=what.kind, raw=what.raw)
        case _:
            assert_never(what)


def malformed(webhook: Webhook, rule: str, accounts: Sequence[Account], correlation_id: str) -> DeadLetter:
    """The dead letter of a body that is signed and yet unreadable. The same body sent again gives the same letter."""
    return DeadLetter(
        id=sha256(webhook.body).hexdigest(),
        stage="gateway",
        reason=f"malformed: {rule}",
        attempts=1,
        at=webhook.received_at,
        correlation_id=correlation_id,
        account_id=accounts[0].id if len(accounts) == 1 else None,
        body=webhook.body.decode(errors="replace"),
    )


def _letter(item: BadItem, account: Account | None, webhook: Webhook, correlation_id: str) -> DeadLetter:
    return DeadLetter(
        id=new_id(),
        stage="gateway",
        reason=item.reason,
        attempts=1,
        at=webhook.received_at,
        correlation_id=correlation_id,
        account_id=account.id if account else None,
        body=item.raw,
    )
