"""The parts of the product put together for one test: on the real database, on the real broker, by the test's clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet
from pydantic import SecretStr

from contracts.accounts import Account
from contracts.base import new_id
from contracts.commands import COMMANDS, ERRAND, SEND_COMMANDS, Command, ErrandCommand, SendCommand
from contracts.configuration import Configuration
from contracts.contacts import ContactList
from contracts.content import Content, Text
from contracts.deadletters import DeadLetter
from contracts.events import EVENTS, DeadlineReached, Event, MessageReceived
from contracts.interactions import Interaction
from contracts.messages import InboundMessage
from contracts.queues import Agent, Queue
from contracts.topology import DEAD, ERRANDS, WORK, topology
from contracts.topology import EVENTS as EVENTS_EXCHANGE
from router.figures import Figures
from router.service import Router
from runtime.broker import Broker, Publisher
from runtime.configuration import ConfigurationCache
from runtime.crypto import SecretBox
from runtime.metrics import Metrics
from runtime.publishing import Outbox
from runtime.settings import Settings
from runtime.store.agent_queues import AgentQueues
from runtime.store.assignments import Assignments
from runtime.store.client import Store
from runtime.store.configuration import ConfigurationStore
from runtime.store.contacts import ContactStore
from runtime.store.figures import FigureStore
from runtime.store.interaction_lists import InteractionFilter, InteractionLists, Page
from runtime.store.interactions import InteractionStore
from runtime.store.offers import OfferStore
from runtime.store.presence import PresenceStore
from runtime.store.refusals import RefusalStore
from runtime.store.whitelists import WhitelistRules
from workers.clock import ClockWorker
from workers.deliver import DeliveryWorker
from workers.distribution.distributor import Distributor

Fields = Any
"""Whatever a builder of values takes."""
PARTITIONS = 4
NOW = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)
PAUSE = timedelta(seconds=5)


class TestClock:
    """A time that stands still until the test moves it."""

    __test__ = False

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        """Let time go by."""
        self.now += timedelta(seconds=seconds)


class Recorder(Publisher):
    """Publishes on the real broker, and remembers what the broker has confirmed."""

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker, 5.0)
        self.published: list[tuple[str, str, bytes]] = []

    async def publish(self, exchange: str, key: str, body: bytes, *, mandatory: bool = True) -> None:
        await super().publish(exchange, key, body, mandatory=mandatory)
        self.published.append((exchange, key, body))

    @property
    def commands(self) -> list[Command]:
        """Every command that was said, in order."""
        return [
            command
            for where, key, body in self.published
            if where == WORK and key.startswith("deliver.")
            for command in COMMANDS.validate_json(body)
        ]

    @property
    def errands(self) -> list[ErrandCommand]:
        """Every errand, in order."""
        return [ERRAND.validate_json(body) for where, key, body in self.published if (where, key) == (WORK, ERRANDS)]

    @property
    def sends(self) -> list[SendCommand]:
        """Every command to a sender, in order."""
        return [
            command
            for where, key, body in self.published
            if where == WORK and key.startswith("send.")
            for command in SEND_COMMANDS.validate_json(body)
        ]

    @property
    def events(self) -> list[Event]:
        """Every event that was said, in order."""
        said = (EVENTS.validate_json(body) for where, _, body in self.published if where == EVENTS_EXCHANGE)
        return [event for bundle in said for event in bundle]

    def take(self) -> tuple[list[Event], list[Command]]:
        """The events and commands that were said, and forget them."""
        events, commands, self.published = self.events, self.commands, []
        return events, commands

    @property
    def letters(self) -> list[DeadLetter]:
        """Every dead letter."""
        return [DeadLetter.model_validate_json(body) for where, _, body in self.published if where == DEAD]


@dataclass
class Parts:
    """Router, worker and what they stand on. `router()` is a new one each time, as after a restart."""

    store: Store
    broker: Broker
    clock: TestClock = field(default_factory=TestClock)

    def __post_init__(self) -> None:
        self.said = Recorder(self.broker)
        self.outbox = Outbox(self.said, PARTITIONS)
        self.metrics = Metrics()
        self.configuration_store = ConfigurationStore(self.store, SecretBox([Fernet.generate_key().decode()]))
        self.configuration = ConfigurationCache(self.configuration_store, 3600)
        self.interactions = InteractionStore(self.store)
        self.presence = PresenceStore(self.store, self.clock)
        self.offers = OfferStore(self.store)
        self.rules = WhitelistRules(self.store)
        self.queues = AgentQueues(self.store, self.interactions)
        self.assignments = Assignments(
            self.store, self.interactions, self.queues, self.presence, self.offers, self.clock
        )

    async def configure(self, *values: Fields) -> Configuration:
        """Bring configuration into use."""
        await self.configuration_store.put(*values)
        await self.configuration.changed()
        return self.configuration.current

    def router(self, interactions: InteractionStore | None = None, outbox: Outbox | None = None) -> Router:
        """A router that has just started."""
        return Router(
            self.configuration,
            interactions or self.interactions,
            Figures(FigureStore(self.store)),
            RefusalStore(self.store),
            self.rules,
            outbox or self.outbox,
            self.metrics,
            self.clock,
        )

    def distributor(self, assignments: Assignments | None = None) -> Distributor:
        """A distributor that has just started."""
        return Distributor(
            self.configuration,
            self.interactions,
            self.presence,
            self.offers,
            self.queues,
            assignments or self.assignments,
            self.clock,
            PAUSE,
        )

    def worker(self) -> DeliveryWorker:
        """A worker that has just started."""
        return DeliveryWorker(
            self.interactions,
            ContactStore(self.store),
            self.queues,
            self.assignments,
            self.distributor(),
            self.outbox,
            self.metrics,
        )

    def clock_worker(self) -> ClockWorker:
        """A clock that has just started, and looks often."""
        return ClockWorker(
            self.interactions,
            FigureStore(self.store),
            self.offers,
            self.presence,
            self.assignments,
            self.outbox,
            self.metrics,
            self.clock,
            Settings(clock_interval_s=0.01, sweep_interval_s=0.02),
        )

    async def carry_out(self) -> None:
        """Do what has been commanded so far, and forget the commands."""
        said, self.said.published = self.said.commands, []
        await self.worker().handle([COMMANDS.dump_json(said)])

    async def all_interactions(self) -> list[Interaction]:
        """Every interaction, in the order of opening."""
        found, _ = await InteractionLists(self.store).page(InteractionFilter(), Page(limit=1000))
        return sorted(found, key=lambda one: (one.opened_at, one.id))

    async def one(self) -> Interaction:
        """The only interaction."""
        (only,) = await self.all_interactions()
        return only


def broker_of(url: str) -> Broker:
    """A broker with the topology of the tests."""
    settings = Settings()  # as the processes of other tests declare it: the broker refuses a second opinion
    return Broker(
        SecretStr(url), topology(PARTITIONS, settings.event_log_max_bytes, settings.event_log_max_age), "test"
    )


def account(actions: Sequence[Any] = (), **fields: Fields) -> Account:
    """The account `shop` with this action list."""
    base = {"id": "shop", "name": "Shop", "key": "SHOP", "list_id": "people", "type": "meta", "phone": "+390123456789"}
    return Account.model_validate({**base, "actions": actions, **fields})


def people(*agents: str, capacity: int = 0) -> list[ContactList | Agent]:
    """These agents, and a list for the contacts."""
    made = [Agent(id=agent, name=agent.capitalize(), capacity=capacity) for agent in agents]
    return [ContactList(id="people", name="People"), *made]


def queue(name: str = "sales", **fields: Fields) -> Queue:
    """A queue."""
    return Queue.model_validate({"id": name, "name": name.capitalize(), **fields})


def about(contact: str, received_at: datetime = NOW, **fields: Fields) -> dict[str, Any]:
    """What all events of a contact carry."""
    event_id = new_id()
    common = {"account_id": "shop", "contact_key": contact, "received_at": received_at}
    return {"event_id": event_id, "correlation_id": f"c{event_id}", **common, **fields}


def message(
    contact: str, provider_id: str, words: str = "hello", content: Content | None = None, **fields: Fields
) -> MessageReceived:
    """The event of a customer's message."""
    inbound = InboundMessage(
        provider_id=provider_id,
        contact_key=contact,
        profile_name="Ada",
        sent_at=NOW,
        content=content or Text(text=words),
    )
    return MessageReceived(**about(contact, **fields), message=inbound)


def deadline(interaction: Interaction) -> DeadlineReached:
    """The event that the clock makes of an interaction that is due."""
    due_at = interaction.due_at
    assert due_at is not None
    return DeadlineReached(**about(interaction.contact_key), interaction_id=interaction.id, due_at=due_at)


def bundle(*events: Event) -> bytes:
    """One AMQP message."""
    return EVENTS.dump_json(list(events))
