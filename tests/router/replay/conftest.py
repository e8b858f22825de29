"""An event log of its own, and routers and workers that run, over the real broker and the real database."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aio_pika
import pytest

from contracts.base import new_id
from contracts.deadletters import DeadLetter
from contracts.events import Event
from contracts.replay import Replay
from contracts.stored import StoredMessage
from contracts.topology import DEAD_LETTERS, EVENT_LOG, router_queue, work_key
from router.replay.replayer import Replayer
from runtime.broker import Broker
from runtime.consumer import Handler, PartitionConsumer
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.settings import Settings
from runtime.store.client import Store
from runtime.store.deadletters import DeadLetterStore
from runtime.store.effects import EffectStore
from runtime.store.membership import Membership
from runtime.store.replays import ReplayStore
from runtime.store.whitelists import WhitelistRules
from tests.parts import NOW, PARTITIONS, Fields, Parts, broker_of
from tests.patience import eventually
from workers.deadletters import DeadLetterKeeper


@dataclass
class Site:
    """Routers, workers and a replayer; `parts` puts them together."""

    parts: Parts

    def __post_init__(self) -> None:
        self.replays = ReplayStore(self.parts.store)
        self.letters = DeadLetterStore(self.parts.store)
        self.effects = EffectStore(self.parts.store, self.letters)

    async def happen(self, *events: Event) -> None:
        """Have events come in at the door, each by itself, and routers handle them."""
        for event in events:
            await self.parts.outbox.events([event])
        await self.idle(events)

    async def idle(self, events: Sequence[Event]) -> None:
        """Wait until every event has left something behind."""

        async def look() -> bool:
            effects = await self.effects.of(events)
            return all(effect.outcome != "missing" for effect in effects.values())

        await eventually(look)

    async def ask(self, **fields: Fields) -> Replay:
        """Ask for a replay."""
        replay = Replay.model_validate({"id": new_id(), "created_at": self.parts.clock(), "rate": 5000, **fields})
        await self.replays.add(replay)
        return replay

    def replayer(self, name: str = "r1", effects: EffectStore | None = None) -> Replayer:
        """A replayer that has just started."""
        parts = self.parts
        return Replayer(
            parts.broker,
            parts.outbox,
            parts.configuration,
            self.replays,
            self.letters,
            effects or self.effects,
            parts.interactions,
            WhitelistRules(parts.store),
            parts.clock,
            name,
            PARTITIONS,
        )

    async def carry_out(self, replayer: Replayer | None = None, name: str = "r1") -> Replay:
        """Have the next replay carried out; as it stands then."""
        claimed = await self.replays.claim(name, self.parts.clock())
        assert claimed is not None
        await (replayer or self.replayer(name)).carry_out(claimed)
        done = await self.replays.get(claimed.id)
        assert done is not None
        return done

    async def replay(self, **fields: Fields) -> Replay:
        """Ask for a replay and have it carried out."""
        await self.ask(**fields)
        return await self.carry_out()

    async def log_of(self, contact: str) -> list[list[tuple[int, str]]]:
        """Number and provider's id (or author) of every message of a contact, an interaction each."""
        interactions = [one for one in await self.parts.all_interactions() if one.contact_key == contact]
        logs = [await self.parts.interactions.messages(one.id, 1000) for one in interactions]
        return [[(message.sequence, message.provider_id or str(message.author)) for message in log] for log in logs]

    async def outbound(self) -> list[StoredMessage]:
        """Every message to a customer."""
        found = [
            message
            for one in await self.parts.all_interactions()
            for message in await self.parts.interactions.messages(one.id, 1000)
        ]
        return [message for message in found if message.direction == "outbound"]

    async def everything(self) -> dict[str, Any]:
        """All that is stored, but for replays and members."""
        database = self.parts.store.database
        names = set(await database.list_collection_names()) - {"replays", "members"}
        return {name: await database[name].find().sort("_id").to_list(None) for name in sorted(names)}

    async def forget(self, *messages: str) -> None:
        """Lose messages, by the provider's ids of them."""
        ids = [f"shop:{one}" for one in messages]
        result = await self.parts.store.database["messages"].delete_many({"_id": {"$in": ids}})
        assert result.deleted_count == len(ids)

    async def park(self, letter: DeadLetter) -> None:
        """Keep a dead letter."""
        await self.letters.keep([letter])


@asynccontextmanager
async def running(site: Site, router: bool = True) -> AsyncIterator[None]:
    """Routers, workers and the keeper of dead letters at work."""
    parts = site.parts
    keeper = DeadLetterKeeper(site.letters, parts.clock)
    handlers: list[tuple[str, Handler, Callable[[int], str], int]] = [
        ("worker", parts.worker().handle, work_key, PARTITIONS),
        ("dead_letters", keeper.handle, lambda _: DEAD_LETTERS, 1),
    ]
    if router:
        handlers.insert(0, ("router", parts.router().handle, router_queue, PARTITIONS))
    settings = Settings(heartbeat_s=0.1, linger_ms=0)
    consumers: list[PartitionConsumer] = []
    for stage, handle, queue, partitions in handlers:
        instance = f"{stage}-{new_id()[-6:]}"
        membership = Membership(parts.store, stage, instance, 30)
        consumers.append(
            PartitionConsumer(
                stage,
                parts.broker,
                parts.outbox,
                membership,
                queue,
                handle,
                settings,
                parts.metrics,
                instance,
                partitions,
            )
        )
    for consumer in consumers:
        await consumer.start()
    try:
        yield
    finally:
        for consumer in consumers:
            await consumer.stop()


@pytest.fixture(autouse=True)
def nothing_is_young(monkeypatch: pytest.MonkeyPatch) -> None:
    """What tests lose is lost, and not on its way: nothing need be waited for."""
    monkeypatch.setattr("router.replay.repair.YOUNG_S", float("-inf"))


@pytest.fixture
async def quiet_site(store: Store, broker: Broker, rabbitmq: RabbitMQ) -> AsyncIterator[Site]:
    """A site with an empty event log, where nobody works."""
    async with await aio_pika.connect(rabbitmq.url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(EVENT_LOG)
    fresh = broker_of(rabbitmq.url)
    await fresh.start()
    yield Site(Parts(store, fresh))
    await fresh.stop()


@pytest.fixture
async def site(quiet_site: Site) -> AsyncIterator[Site]:
    """A site at work. The time of the tests goes by with every message."""
    assert quiet_site.parts.clock() == NOW
    async with running(quiet_site):
        yield quiet_site
