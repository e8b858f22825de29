"""A sender in front of the sandbox, which plays the provider over real HTTP; broker and database are real too."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from contracts.accounts import Account
from contracts.base import new_id
from contracts.commands import SEND_COMMANDS, Send, SendCommand
from contracts.content import Text
from contracts.interactions import Interaction, InteractionState
from contracts.messages import DeliveryState
from contracts.outbound import OutboundContent
from contracts.stored import StoredMessage, StoredStatus
from gateway.providers.seam import Limits, Provider
from gateway.registry import providers
from gateway.send.calls import Caller
from gateway.send.courier import Courier
from gateway.send.sender import Sender
from gateway.send.turns import Turns
from runtime.clock import utc_now
from runtime.crypto import signer
from runtime.http.client import OutboundHttp
from runtime.media.links import MediaLinks
from runtime.process import HttpServer
from runtime.sandbox.faults import FaultInput, FaultMode
from runtime.sandbox.phones import PhoneMessage
from runtime.sandbox.played import played_providers
from runtime.sandbox.seam import PlayedNumber
from runtime.sandbox.server import Sandbox
from runtime.settings import Settings
from runtime.store.interactions import Change
from runtime.store.media import GridFSMedia
from runtime.store.outbound import OutboundStore
from tests.parts import Fields, Parts, people
from tests.patience import PATIENCE_S, eventually

ADA = "+39333000001"
BEN = "+39333000002"
TOKEN = "token-of-the-provider"
FREE = Limits(per_second=1000, burst=1000)
SETTINGS = Settings(
    secret_key=SecretStr("wEGLpYyUO0WHSjGwyvWWyKeTfGlcWBWVmTBoIZ4VvHs="),
    send_timeout_s=20.0,
    send_retry_s=0.05,
    send_retry_most_s=0.2,
)
HASTY = SETTINGS.model_copy(update={"send_timeout_s": 3.0})
"""Gives a provider up after three seconds."""


def account_at(api_url: str, **fields: Fields) -> Account:
    """An account at Meta, as the sandbox plays it."""
    basis: dict[str, Any] = {
        "id": "shop",
        "name": "Shop",
        "key": "SHOP",
        "list_id": "people",
        "type": "meta",
        "phone": "+390123456789",
        "credentials": {"account_sid": "1001", "app_id": "1002", "phone_number_id": "1003", "api_url": api_url},
        "secrets": {
            "authorization_token": SecretStr(TOKEN),
            "app_secret": SecretStr("s"),
            "verify_token": SecretStr("v"),
        },
    }
    return Account.model_validate({**basis, **fields})


def number_of(account: Account) -> PlayedNumber:
    """The account's number, as the sandbox knows it."""
    secrets = {name: secret.get_secret_value() for name, secret in account.secrets.items()}
    return PlayedNumber(
        provider=account.type,
        account_key=account.key,
        phone=account.phone,
        webhook_url="http://127.0.0.1:9/webhooks",
        api_url=account.credentials["api_url"],
        credentials={**account.credentials, **secrets},
    )


def outbound(words: str | OutboundContent, sequence: int, contact: str = ADA, **fields: Fields) -> StoredMessage:
    """A message as whoever writes it stores it."""
    now = utc_now()
    basis: dict[str, Any] = {
        "id": new_id(),
        "event_id": "e",
        "correlation_id": "c",
        "interaction_id": f"i{contact}",
        "account_id": "shop",
        "contact_key": contact,
        "direction": "outbound",
        "sequence": sequence,
        "provider_id": "",
        "sending": Text(text=words) if isinstance(words, str) else words,
        "sent_at": now,
        "received_at": now,
        "state": DeliveryState.QUEUED,
    }
    return StoredMessage.model_validate({**basis, **fields})


def status_of(message: StoredMessage, state: DeliveryState, provider_id: str, reference: str | None) -> StoredStatus:
    """A status as the router stores it."""
    return StoredStatus(
        id=f"{provider_id}:{state.value}",
        message_id=f"shop:{provider_id}",
        account_id=message.account_id,
        contact_key=message.contact_key,
        provider_id=provider_id,
        state=state,
        provider_state=state.value,
        reference=reference,
        occurred_at=utc_now(),
        correlation_id="c",
    )


@dataclass
class Desk:
    """Everything that a test of sending needs."""

    parts: Parts
    sandbox: Sandbox
    account: Account
    senders: list[Sender] = field(default_factory=list)
    https: list[OutboundHttp] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = OutboundStore(self.parts.store)
        self.media = GridFSMedia(self.parts.store, utc_now)

    def caller(self) -> Caller:
        """What makes calls."""
        http = OutboundHttp("127.0.0.1", 5.0)
        self.https.append(http)
        return Caller(http, self.media, self.parts.metrics)

    def sender(
        self,
        name: str = "one",
        settings: Settings = SETTINGS,
        limits: Limits = FREE,
        known: Mapping[str, Provider] | None = None,
    ) -> Sender:
        """A sender that has not started yet."""
        known, caller = known or providers(), self.caller()
        links = MediaLinks(signer(settings, "test"), "https://hooks.example.test", timedelta(hours=1), utc_now)
        courier = Courier(
            self.store, self.parts.configuration, known, caller, links, self.parts.metrics, utc_now, settings, name
        )
        turns = Turns(settings.send_concurrency, settings.send_account_concurrency, lambda _account: limits)
        sender = Sender(turns, courier, caller, known, self.parts.configuration, self.parts.outbox, settings)
        self.senders.append(sender)
        return sender

    async def started(self, **options: Fields) -> Sender:
        """A sender that sends."""
        sender = self.sender(**options)
        await sender.start()
        return sender

    async def write(self, *messages: StoredMessage) -> None:
        """Store messages."""
        await self.parts.interactions.record(messages=messages)

    async def assigned(self, contact: str = ADA, owner: str = "ann") -> Interaction:
        """An interaction that is an agent's."""
        now = utc_now()
        interaction = Interaction(
            id=f"i{contact}",
            account_id="shop",
            account_key="SHOP",
            contact_key=contact,
            contact_id=f"people:{contact}",
            conversation=f"shop:{contact}",
            correlation_id="c",
            state=InteractionState.ASSIGNED,
            owner=owner,
            opened_at=now,
            first_message_at=now,
            last_message_at=now,
            version=1,
        )
        await self.parts.interactions.save([Change(None, interaction)])
        await self.parts.queues.show([interaction])
        return interaction

    async def stored(self, contact: str = ADA) -> list[StoredMessage]:
        """The log of a contact."""
        return await self.parts.interactions.messages(f"i{contact}", 1000)

    async def states(self, contact: str = ADA) -> list[str]:
        """How far each message of a contact is."""
        return [str(message.state) for message in await self.stored(contact)]

    async def until(self, *states: str, contact: str = ADA, within_s: float = PATIENCE_S) -> None:
        """Wait until the messages of a contact have these states."""

        async def look() -> bool:
            return await self.states(contact) == list(states)

        await eventually(look, within_s)

    def phone(self, contact: str = ADA) -> list[PhoneMessage]:
        """What a customer has got."""
        return [message for phone in self.sandbox.phones.of(contact=contact) for message in phone.messages]

    def words(self, contact: str = ADA) -> list[str]:
        """The words that a customer has got, in order."""
        return [message.words for message in self.phone(contact)]

    def fault(self, mode: FaultMode, **fields: Fields) -> None:
        """Have something go wrong at the provider."""
        self.sandbox.faults.add(FaultInput(mode=mode, **fields))

    async def counted(self, **outcomes: int) -> None:
        """Wait until these outcomes were counted so often, which is after they are stored."""

        async def look() -> bool:
            return outcomes == {outcome: self._sends(outcome) for outcome in outcomes}

        await eventually(look)

    def _sends(self, outcome: str) -> float:
        value = self.parts.metrics.registry.get_sample_value(
            "switchboard_sends_total", {"provider": "meta", "outcome": outcome}
        )
        return value or 0.0


def trigger(*contacts: str, account: str = "shop") -> bytes:
    """The command that there is something to send."""
    commands: list[SendCommand] = [
        Send(correlation_id="c", account_id=account, contact_key=contact) for contact in contacts or (ADA,)
    ]
    return SEND_COMMANDS.dump_json(commands)


@asynccontextmanager
async def desk_over(parts: Parts) -> AsyncIterator[Desk]:
    """A desk; whatever was started on it is stopped."""
    sandbox = Sandbox(played_providers())
    server = HttpServer(sandbox.application(), "127.0.0.1", 0, "sandbox")
    await server.start()
    account = account_at(f"http://127.0.0.1:{server.port}/meta")
    sandbox.numbers.put(number_of(account))
    await parts.configure(*people("ann"), account)
    desk = Desk(parts, sandbox, account)
    try:
        yield desk
    finally:
        await asyncio.gather(*(sender.stop() for sender in desk.senders))
        await asyncio.gather(*(http.stop() for http in desk.https))
        await server.stop()
