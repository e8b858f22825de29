"""What customers' phones show: what they got, what they said, and how far each has come. Bounded in memory."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Literal

from contracts.base import Instant, Value, number_of
from contracts.content import text_of
from contracts.messages import DeliveryState, InboundMessage
from contracts.outbound import Signal
from runtime.sandbox.seam import Accepted

MAX_MESSAGES = 50_000
MAX_PER_PHONE = 500


class PhoneMessage(Value):
    """One message of a chat; `id` is the provider's.

    Of a received one: `reference` is the sender's, `statuses` are those that were told to the gateway, in that order.
    Of one that the customer said: `read` when the other side has marked it so.
    `raw` is what it was: of a received one as the provider was given it, of one that was said in our words.
    """

    id: str
    direction: Literal["received", "said"]
    at: Instant
    kind: str
    words: str = ""
    reply_to: str | None = None
    reference: str | None = None
    statuses: tuple[DeliveryState, ...] = ()
    read: bool = False
    raw: dict[str, Any] = {}


class Phone(Value):
    """One chat of one customer with one account. `typing`: the other side writes something at present."""

    account: str
    contact: str
    typing: bool
    messages: tuple[PhoneMessage, ...]


def contact_of(identity: str) -> str:
    """One name for a customer, however the provider writes it: E.164 when it is a number."""
    return number_of(identity) or identity


@dataclass(slots=True)
class _Chat:
    typing: bool = False
    messages: dict[str, PhoneMessage] = field(default_factory=dict)


class Phones:
    """The chats of all customers. The one that was quiet longest goes when there are too many messages, and the oldest
    message of a chat that is too long."""

    def __init__(self, max_messages: int = MAX_MESSAGES, max_per_phone: int = MAX_PER_PHONE) -> None:
        self._chats: OrderedDict[tuple[str, str], _Chat] = OrderedDict()
        self._contacts: dict[tuple[str, str], str] = {}
        self._max_messages, self._max_per_phone = max_messages, max_per_phone

    def receive(self, account: str, accepted: Accepted, at: Instant) -> None:
        """A message arrives at a customer's phone."""
        message = PhoneMessage(
            id=accepted.provider_id,
            direction="received",
            at=at,
            kind=accepted.kind,
            words=accepted.words,
            reply_to=accepted.reply_to,
            reference=accepted.reference,
            raw=accepted.raw,
        )
        self._add(account, contact_of(accepted.contact_key), message)
        self._chats[account, contact_of(accepted.contact_key)].typing = False

    def say(self, account: str, said: InboundMessage) -> None:
        """A customer says something; once, however often the provider tells of it."""
        if (account, said.provider_id) in self._contacts:
            return
        message = PhoneMessage(
            id=said.provider_id,
            direction="said",
            at=said.sent_at,
            kind=said.content.kind,
            words=text_of(said.content),
            reply_to=said.context.message_id if said.context else None,
            raw=said.content.model_dump(mode="json", exclude_none=True),
        )
        self._add(account, contact_of(said.contact_key), message)

    def tell(self, account: str, message_id: str, state: DeliveryState) -> None:
        """The gateway has been told how far a received message has come."""
        if chat := self._chat_with(account, message_id):
            before = chat.messages[message_id]
            chat.messages[message_id] = before.model_copy(update={"statuses": (*before.statuses, state)})

    def signal(self, account: str, signal: str, message_id: str) -> None:
        """The other side has read what the customer said, or begins to write."""
        chat = self._chat_with(account, message_id)
        if chat is None:
            return
        if signal == Signal.TYPING:
            chat.typing = True
        else:
            chat.messages[message_id] = chat.messages[message_id].model_copy(update={"read": True})

    def of(self, account: str | None = None, contact: str | None = None) -> tuple[Phone, ...]:
        """The chats with an account, of a contact, or all of them."""
        return tuple(
            Phone(account=key, contact=who, typing=chat.typing, messages=tuple(chat.messages.values()))
            for (key, who), chat in self._chats.items()
            if account in {None, key} and contact in {None, who}
        )

    def clear(self) -> None:
        """Forget all chats."""
        self._chats.clear()
        self._contacts.clear()

    def _add(self, account: str, contact: str, message: PhoneMessage) -> None:
        chat = self._chats.setdefault((account, contact), _Chat())
        self._chats.move_to_end((account, contact))
        chat.messages[message.id] = message
        self._contacts[account, message.id] = contact
        if len(chat.messages) > self._max_per_phone:
            self._forget(account, next(iter(chat.messages)))
        while len(self._contacts) > self._max_messages and len(self._chats) > 1:
            (quiet, _), gone = self._chats.popitem(last=False)
            for message_id in gone.messages:
                del self._contacts[quiet, message_id]

    def _forget(self, account: str, message_id: str) -> None:
        contact = self._contacts.pop((account, message_id))
        del self._chats[account, contact].messages[message_id]

    def _chat_with(self, account: str, message_id: str) -> _Chat | None:
        contact = self._contacts.get((account, message_id))
        return None if contact is None else self._chats[account, contact]
