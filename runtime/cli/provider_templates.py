"""What `make provider` writes: the smallest provider that is one. `$name`, `$title` and `$header` are filled in."""

INIT = '''"""$title."""
'''

MANIFEST = '''"""What $title is, and the credentials of an account there."""

from typing import Annotated

from pydantic import Field, SecretStr

from gateway.providers.seam import Credentials, Manifest


class $credentials(Credentials):
    """The form. The signing secret signs webhooks."""

    account_id: Annotated[str, Field(title="Account id", description="1 to 64 characters", min_length=1, max_length=64)]
    signing_secret: Annotated[
        SecretStr, Field(title="Signing secret", description="1 to 1000 characters", min_length=1, max_length=1000)
    ]


MANIFEST = Manifest(name="$name", label="$title", credentials=$credentials)
'''

SIGNATURE = '''"""The signature of $title: HMAC-SHA256 over the raw bytes of the body, in hexadecimal, in `$header`."""

import hmac

from contracts.accounts import Account
from gateway.providers.seam import Verdict, Webhook

HEADER = "$lower_header"


def verify(webhook: Webhook, account: Account) -> Verdict:
    """Whether the account's signing secret signed the body."""
    given, secret = webhook.header(HEADER), account.secrets.get("signing_secret")
    if not given:
        return Verdict.UNSIGNED
    if secret is None or not secret.get_secret_value():
        return Verdict.FORGED
    expected = hmac.digest(secret.get_secret_value().encode(), webhook.body, "sha256").hex()
    is_same = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
    return Verdict.GENUINE if is_same else Verdict.FORGED
'''

WIRE = '''"""The JSON of $title, as far as we read it."""

from typing import Annotated

from pydantic import Field

from gateway.providers.payload import UnixTime, Wire

Filled = Annotated[str, Field(min_length=1)]


class Message(Wire):
    """A message of a customer."""

    id: Filled
    sender: Filled = Field(alias="from")
    name: str = ""
    at: UnixTime
    text: str | None = None


class Status(Wire):
    """How far a message of ours has come."""

    id: Filled
    to: Filled
    status: Filled
    at: UnixTime
    reference: str | None = None
'''

INBOUND = '''"""The webhook of $title: a list of events, each a message, a status, or a notice of something else."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from contracts.content import Content, Text, Unsupported
from contracts.messages import DeliveryState, InboundMessage, MessageStatus
from gateway.providers.$name import wire
from gateway.providers.payload import contact_key, fault, raw_form, raw_of, read_object
from gateway.providers.seam import BadItem, Item, MalformedWebhook, Notice, Parsed, Webhook

STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}
"""Every other word becomes a notice."""

What = InboundMessage | MessageStatus | Notice | BadItem
Raw = dict[str, Any]


def parse(webhook: Webhook) -> Parsed:
    """Every event of a webhook.

    Raises:
        MalformedWebhook: it is no JSON object, or has no list of events.
    """
    body = read_object(webhook.body)
    events = body.get("events")
    if not isinstance(events, list):
        raise MalformedWebhook("events must be a list")
    address, owner = _word(body, "number"), _word(body, "account")
    return Parsed(items=tuple(Item(what=_event(raw), address=address, owner=owner) for raw in events))


def _word(part: Raw, key: str) -> str | None:
    found = part.get(key)
    return found if found and isinstance(found, str) else None


def _event(raw: object) -> What:
    """One event; one that cannot be read is set apart in its place."""
    kind = _word(raw, "type") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or kind is None:
        return BadItem(reason="events: must hold objects with a type", raw=raw_of(raw))
    try:
        return READERS[kind](raw) if kind in READERS else Notice(kind=kind, raw=raw_form(raw))
    except ValidationError as error:
        return BadItem(reason=fault(error), raw=raw_form(raw))


def _message(raw: Raw) -> InboundMessage:
    message = wire.Message.model_validate(raw)
    return InboundMessage(
        provider_id=message.id,
        contact_key=contact_key(message.sender),
        profile_name=message.name,
        sent_at=message.at,
        content=_content(message, raw),
    )


def _content(message: wire.Message, raw: Raw) -> Content:
    """What a message says; whatever we have no arm for keeps its raw form."""
    if message.text is not None:
        return Text(text=message.text)
    return Unsupported(provider_kind="message", raw=raw_form(raw))


def _status(raw: Raw) -> MessageStatus | Notice:
    status = wire.Status.model_validate(raw)
    customer, state = contact_key(status.to), STATES.get(status.status)
    if state is None:
        return Notice(kind=f"status.{status.status}", contact_key=customer, raw=raw_form(raw))
    return MessageStatus(
        provider_id=status.id,
        contact_key=customer,
        state=state,
        provider_state=status.status,
        occurred_at=status.at,
        reference=status.reference,
    )


READERS: dict[str, Callable[[Raw], What]] = {"message": _message, "status": _status}
'''

PROVIDER = '''"""$title, as the gateway sees it."""

from contracts.accounts import Account
from gateway.providers.$name import inbound, signature
from gateway.providers.$name.manifest import MANIFEST
from gateway.providers.seam import Item, Parsed, Verdict, Webhook


class $class_name:
    """Implements `Provider`."""

    manifest = MANIFEST

    def verify(self, webhook: Webhook, account: Account) -> Verdict:
        """Whether the account's signing secret signed the body."""
        return signature.verify(webhook, account)

    def parse(self, webhook: Webhook) -> Parsed:
        """Every message, status and notice of the body."""
        return inbound.parse(webhook)

    def belongs(self, item: Item, account: Account) -> bool:
        """Whether the item names the account and its number."""
        return item.owner == account.credentials.get("account_id") and item.address == account.phone

    def reply(self) -> tuple[str, str]:
        """The status code says it all."""
        return "text/plain", ""


PROVIDER = $class_name()
'''

README = """# $title

Written by `make provider`: one kind of message, three statuses, a signature over the body. Make it the provider's own.

## Confirmed by its documentation

Nothing yet.

## Assumed

- Webhooks are JSON with a list of `events`; each has a `type`.
- `$header` is the HMAC-SHA256 of the body in hexadecimal.

## Only a live account can prove

Everything above.
"""

SAMPLE = '''"""Two accounts at $title, and its signature."""

import hmac
from dataclasses import replace

from pydantic import SecretStr

from contracts.accounts import Account
from gateway.providers.seam import Item, Webhook

URL = "https://hooks.example.test/webhooks/$name/a1"
SIGNS_URL = False
EMPTY = {"signing_secret": SecretStr("")}

SECRET = "$name-signing-secret-0001"
ACCOUNT = Account(
    id="account-1",
    name="$title",
    key="a1",
    list_id="everybody",
    type="$name",
    phone="+15550002222",
    credentials={"account_id": "shop-1"},
    secrets={"signing_secret": SecretStr(SECRET)},
)
STRANGER = ACCOUNT.model_copy(
    update={
        "id": "account-2",
        "phone": "+15550006666",
        "credentials": {"account_id": "shop-2"},
        "secrets": {"signing_secret": SecretStr("$name-signing-secret-0002")},
    }
)


def sign(webhook: Webhook) -> Webhook:
    """The webhook as $title sends it to the account."""
    return sign_with(webhook, SECRET)


def sign_with(webhook: Webhook, secret: str) -> Webhook:
    """The webhook signed with any secret."""
    signature = hmac.new(secret.encode(), webhook.body, "sha256").hexdigest()
    return replace(webhook, headers={**webhook.headers, "$header": signature})


def is_for_account(item: Item) -> bool:
    """Whether an item of a fixture is meant for the account."""
    return item.address == ACCOUNT.phone and item.owner == "shop-1"
'''
