"""Everything that is broken while customers write: each fault begins, lasts some seconds, and is mended.

Faults of different targets overlap; of one target, one comes after the other.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import aio_pika
from motor.motor_asyncio import AsyncIOMotorClient

from contracts.base import new_id
from contracts.content import Text
from contracts.errors import SetupFault
from contracts.events import EVENTS as EVENT_LIST
from contracts.events import MessageReceived
from contracts.messages import InboundMessage
from contracts.partitioning import partition_of
from contracts.topology import EVENTS, event_key, send_key, work_key
from runtime.clock import utc_now
from runtime.embedded.mongodb import MongoDB
from runtime.embedded.processes import SwitchboardProcess
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.logging import get_logger
from runtime.sandbox.faults import FaultInput, FaultMode
from tests.chaos.customers import Customers
from tests.chaos.world import BENT, World
from tests.integration.site import PARTITIONS
from tests.patience import eventually
from tests.proxy import Proxy

log = get_logger(__name__)

HANG_S = (2.0, 6.0)
CLOCK_S = (-3600, -120, 120, 3600)
PROVIDER = (FaultMode.SLOW, FaultMode.CUT_AFTER, FaultMode.CUT_BEFORE, FaultMode.RATE_LIMITED, FaultMode.SERVER_ERROR)
STATUSES = (FaultMode.STATUSES_REVERSED, FaultMode.STATUSES_REPEATED, FaultMode.STATUSES_EARLY)
LATE_S = 1.5
SCALED = ("router", "worker", "sender")
KILLED = (*sorted(BENT), "console")
STEPPED_DOWN_S = 3
RESTARTED_S = 120.0
RETURNED_S = 8.0

Break = Callable[[], Awaitable[None]]


@dataclass
class Faults:
    """The faults of a run by name, and how often each has happened. `poison` is what must be found set apart."""

    world: World
    customers: Customers
    chance: random.Random
    happened: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    poison: list[str] = field(default_factory=list)
    _busy: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def __post_init__(self) -> None:
        world = self.world
        kills = {f"kill -9 {kind}": partial(self._kill, kind) for kind in KILLED}
        scaling = {f"{kind} added and stopped": partial(self._scale, kind) for kind in SCALED}
        self._table: Mapping[str, tuple[str, Break]] = {
            **{name: (name, fault) for name, fault in {**kills, **scaling}.items()},
            "broker restart": ("broker", partial(self._restart, world.rabbitmq)),
            "broker kill -9": ("broker", partial(self._crash, world.rabbitmq)),
            "broker hang": ("broker", partial(self._freeze, world.rabbitmq)),
            "broker unreachable": ("way to the broker", partial(self._refuse, world.amqp)),
            "broker mute": ("way to the broker", partial(self._mute, world.amqp)),
            "broker slow": ("way to the broker", partial(self._delay, world.amqp)),
            "broker cut after k bytes": ("way to the broker", partial(self._cut, world.amqp)),
            "database restart": ("database", partial(self._restart, world.mongodb)),
            "database kill -9": ("database", partial(self._crash, world.mongodb)),
            "database hang": ("database", partial(self._freeze, world.mongodb)),
            "database stepdown": ("database", self._step_down),
            "database cut after k bytes": ("way to the database", partial(self._cut, world.mongo)),
            "journal disk full": ("way to the broker", self._disk_full),
            "kill -9 all gateways, no broker": ("way to the broker", self._kill_gateways),
            "kill -9 everything": ("everything", self._massacre),
            "clock jump": ("clock", self._clock_jump),
            "poison": ("poison", self._poison),
            "provider trouble": ("provider", partial(self._provider, PROVIDER)),
            "statuses reordered": ("provider", partial(self._provider, STATUSES)),
        }

    @property
    def names(self) -> list[str]:
        """All there are."""
        return list(self._table)

    async def happen(self, name: str) -> None:
        """Break something, and mend it."""
        target, fault = self._table[name]
        async with self._busy[target]:
            await fault()
        self.happened[name] += 1

    # --- processes

    async def _one(self, kind: str) -> SwitchboardProcess:
        async def look() -> list[SwitchboardProcess]:
            return self.world.members(kind)

        return self.chance.choice(await eventually(look, RESTARTED_S))

    async def _kill(self, kind: str) -> None:
        victim = await self._one(kind)
        await victim.kill(restart=True)

    async def _massacre(self) -> None:
        for kind in KILLED:
            for victim in self.world.members(kind):
                await victim.kill(restart=True)

    async def _scale(self, kind: str) -> None:
        processes = self.world.site.stack.processes
        before = {member.index for member in processes.members if member.kind.name == kind}
        try:
            await processes.start_one(kind)
        except SetupFault as error:  # of another fault, or of a busy machine: it is stopped like one that came
            log.warning("chaos.not_added", kind=kind, reason=str(error))
        await self._while_it_lasts()
        for added in {member.index for member in processes.members if member.kind.name == kind} - before:
            await processes.stop_one(kind, added)

    async def _clock_jump(self) -> None:
        kind = self.chance.choice(sorted(BENT))
        file = self.world.turn_clock(await self._one(kind), self.chance.choice(CLOCK_S))
        await self._while_it_lasts()
        file.unlink(missing_ok=True)

    # --- broker and database

    async def _restart(self, service: RabbitMQ | MongoDB) -> None:
        await service.restart()

    async def _crash(self, service: RabbitMQ | MongoDB) -> None:
        await service.kill()
        await service.start()

    async def _freeze(self, service: RabbitMQ | MongoDB) -> None:
        service.pause()
        await self._while_it_lasts()
        service.resume()

    async def _step_down(self) -> None:
        client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(self.world.mongodb.url)
        await client.admin.command({"replSetStepDown": STEPPED_DOWN_S, "secondaryCatchUpPeriodSecs": 0, "force": True})
        client.close()
        await asyncio.sleep(STEPPED_DOWN_S)

    # --- the ways there

    async def _refuse(self, proxy: Proxy) -> None:
        proxy.refuse = True
        proxy.cut()
        await self._while_it_lasts()
        proxy.refuse = False

    async def _mute(self, proxy: Proxy) -> None:
        proxy.answers.clear()
        await self._while_it_lasts()
        proxy.answers.set()

    async def _delay(self, proxy: Proxy) -> None:
        proxy.delay_s = self.chance.uniform(0.05, 0.7)
        await self._while_it_lasts()
        proxy.delay_s = 0.0

    async def _cut(self, proxy: Proxy) -> None:
        before = proxy.cuts
        proxy.cut_after(self.chance.randrange(1, 60_000))

        async def look() -> bool:
            return proxy.cuts > before

        await eventually(look, RESTARTED_S)

    async def _disk_full(self) -> None:
        amqp, disk = self.world.amqp, self.world.disk
        amqp.refuse = True
        amqp.cut()
        await asyncio.sleep(1)
        disk.fill()
        await self._while_it_lasts()
        disk.clear()
        await asyncio.sleep(1)
        amqp.refuse = False

    async def _kill_gateways(self) -> None:
        """With journals that hold something, and nowhere to bring it when they come again."""
        amqp = self.world.amqp
        amqp.refuse = True
        amqp.cut()
        await asyncio.sleep(2)
        for victim in self.world.members("gateway"):
            await victim.kill(restart=True)
        await asyncio.sleep(RETURNED_S)
        amqp.refuse = False

    # --- what comes in

    async def _provider(self, modes: tuple[FaultMode, ...]) -> None:
        mode = self.chance.choice(modes)
        wanted = FaultInput(mode=mode, times=10, delay_s=LATE_S, retry_after_s=1)
        await self.world.site.sandbox.fault(wanted)
        await self._while_it_lasts()

    async def _poison(self) -> None:
        """What nobody can process, straight into the partitions: of it nothing may hold up a neighbour."""
        account = self.world.accounts[0]
        neighbour = self.customers.conversation(account)
        message = _event(account.id, neighbour.contact)
        stranger = _event("nobody", neighbour.contact)
        ids = [f"poison-{new_id()}" for _ in range(4)]
        place = partition_of(neighbour.key, PARTITIONS)
        mixed = b"[%s,%s]" % (f'{{"kind":"{ids[1]}"}}'.encode(), EVENT_LIST.dump_json([message])[1:-1])
        async with await aio_pika.connect(self.world.rabbitmq.url) as connection:
            channel = await connection.channel()
            events = await channel.get_exchange(EVENTS)
            for body in (ids[0].encode(), mixed, EVENT_LIST.dump_json([stranger])):
                await events.publish(_body(body), event_key(place))
            for key, name in ((work_key(place), ids[2]), (send_key(place), ids[3])):
                await channel.default_exchange.publish(_body(f'[{{"kind":"{name}"}}]'.encode()), key)
        neighbour.accepted.append(message.message.provider_id)
        self.poison += [*ids, stranger.event_id]

    async def _while_it_lasts(self) -> None:
        await asyncio.sleep(self.chance.uniform(*HANG_S))


def _body(body: bytes) -> aio_pika.Message:
    return aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)


def _event(account_id: str, contact: str) -> MessageReceived:
    now = utc_now()
    message = InboundMessage(
        provider_id=f"wamid.{new_id()}", contact_key=contact, sent_at=now, content=Text(text="beside poison")
    )
    return MessageReceived(
        event_id=new_id(),
        correlation_id=new_id(),
        account_id=account_id,
        contact_key=contact,
        received_at=now,
        message=message,
    )
