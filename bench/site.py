"""The installation that is measured: one account, one queue, twenty agents who are all there; and events for it."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

from pydantic import SecretStr

from contracts.accounts import Account
from contracts.actions import GotoifAction, QueueAction
from contracts.base import new_id
from contracts.contacts import ContactList
from contracts.content import Text
from contracts.events import MessageReceived
from contracts.messages import InboundMessage
from contracts.queues import Agent, AgentState, Queue, Strategy
from runtime.clock import utc_now
from runtime.crypto import secret_box
from runtime.sandbox import meta
from runtime.sandbox.requests import SignedRequest
from runtime.settings import Settings
from runtime.store.client import Store
from runtime.store.configuration import ConfigurationStore
from runtime.store.presence import PresenceStore

SECRET = "bench-app-secret"  # noqa: S105 - signs nothing but this benchmark's own requests
PHONE_NUMBER_ID, WABA_ID, PHONE = "200000000000009", "100000000000009", "+15550002229"
ACCOUNT, KEY = "bench", "BENCH"
PER_CONTACT = 5
BETWEEN = 20
"""How many other customers begin before one writes again."""
AGENTS = [Agent(id=f"bench-{number:02d}", name=f"Bench {number}") for number in range(20)]


async def configure(settings: Settings) -> None:
    """Write the configuration into an empty database, and have every agent available."""
    store = Store(settings.mongo_url, settings.database)
    account = Account(
        id=ACCOUNT,
        name="Benchmark",
        key=KEY,
        list_id="bench",
        type="meta",
        phone=PHONE,
        credentials={"account_sid": WABA_ID, "app_id": "1", "phone_number_id": PHONE_NUMBER_ID},
        secrets={name: SecretStr(SECRET) for name in ("app_secret", "authorization_token", "verify_token")},
        actions=(
            GotoifAction(condition='message.text.startsWith("order")', if_true=2, if_false=2),
            QueueAction(queue="bench", timeout=3600),
        ),
        agents=tuple(agent.id for agent in AGENTS),
    )
    queue = Queue(
        id="bench",
        name="bench",
        strategy=Strategy.RRMEMORY,
        agent_timeout=3600,
        agents=tuple(agent.id for agent in AGENTS),
    )
    await ConfigurationStore(store, secret_box(settings)).put(
        ContactList(id="bench", name="Bench"), *AGENTS, queue, account
    )
    presence = PresenceStore(store, utc_now)
    for agent in AGENTS:
        await presence.set(agent.id, AgentState.AVAILABLE)
    await store.stop()


def contact(number: int) -> str:
    """The contact of the message with this number: each writes `PER_CONTACT` messages, spread over the whole."""
    return f"+1555{number // PER_CONTACT:07d}"


def spread(count: int) -> list[int]:
    """The numbers of so many messages, as they come in from contacts who all write at the same time."""
    contacts = -(-count // PER_CONTACT)
    order = [one * PER_CONTACT + turn for turn in range(PER_CONTACT) for one in range(contacts)]
    return [number for number in order if number < count]


def staggered(count: int) -> list[int]:
    """The numbers of so many messages in a steady state: at any time as many customers begin as write on."""
    return sorted(range(count), key=lambda number: number // PER_CONTACT + number % PER_CONTACT * BETWEEN)


def backlog(count: int) -> Iterator[MessageReceived]:
    """Events of so many messages."""
    now = utc_now()
    for number in spread(count):
        sender = contact(number)
        message = InboundMessage(
            provider_id=f"wamid.{new_id()}",
            contact_key=sender,
            profile_name="Ann",
            sent_at=now,
            content=Text(text=f"order {number}"),
        )
        yield MessageReceived(
            event_id=new_id(),
            correlation_id=new_id(),
            account_id=ACCOUNT,
            contact_key=sender,
            received_at=now,
            message=message,
        )


def webhook(number: int) -> SignedRequest:
    """A signed webhook with one message."""
    sender = contact(number)
    part = meta.text(sender, f"wamid.{random.getrandbits(96):024x}", datetime.now(UTC), f"order {number}")
    target = meta.MetaNumber(
        url=f"http://bench/webhooks/meta/{KEY}",
        waba_id=WABA_ID,
        phone_number_id=PHONE_NUMBER_ID,
        phone=PHONE,
        app_secret=SecretStr(SECRET),
    )
    return meta.request(target, [part], names={sender: "Ann"})
