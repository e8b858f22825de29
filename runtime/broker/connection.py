"""One connection to RabbitMQ, made again when it was lost; the topology is declared whenever it is made.

aio-pika's own robust connection is not used: it restores channels behind the back of whoever holds unacknowledged
deliveries on them. Here a loss is seen by everyone who works on the connection, and each opens anew what it needs.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from zlib import crc32

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError, ChannelPreconditionFailed, DeliveryError
from pydantic import SecretStr
from yarl import URL

from contracts.errors import SetupFault, Unavailable
from contracts.topology import Topology
from runtime.addresses import addresses
from runtime.logging import get_logger

log = get_logger(__name__)

CONNECT_TIMEOUT_S = 10.0
HANDSHAKE_TIMEOUT_S = 3.0
"""For one of several nodes: while it hangs the others could be asked."""
ABANDON_TIMEOUT_S = 3.0
UNBLOCKED_TIMEOUT_S = 5.0
HEARTBEAT_S = 10
DECLARING = 4
"""Queues are declared so many at a time: a quorum queue takes 20 ms to make, of which the broker waits for most."""
RETRY_S = 0.5
RETRY_MOST_S = 5.0


class Refused(Unavailable):
    """The broker answers, and has not taken a message into every queue that it belongs to."""


@contextmanager
def broker_errors() -> Iterator[None]:
    """Turn every way in which the broker can fail into `Unavailable`.

    When a connection is lost at the wrong moment, aiormq lets out its reader's StopAsyncIteration, or a bare
    `Exception` to whoever waits for an answer on it: these say nothing else, so they are taken for the loss.
    """
    try:
        yield
    except DeliveryError as error:
        raise Refused(f"RabbitMQ: {type(error).__name__}: {error}") from error
    except (AMQPError, ConnectionError, TimeoutError, OSError, RuntimeError, StopAsyncIteration) as error:
        raise Unavailable(f"RabbitMQ: {type(error).__name__}: {error}") from error
    except Exception as error:
        if type(error) is not Exception:
            raise
        raise Unavailable("RabbitMQ: the connection was lost") from error


class _Connection(aio_pika.Connection):
    """One that is closed by whoever has it: the library's would close itself whenever it is collected as garbage,
    which may be when there is no running loop to do it in."""

    def __del__(self) -> None:
        pass


class Broker:
    """The connection of one process. A part of the process: `start` waits until the broker is there.

    The topology, if it may change, is asked for whenever a connection is made.

    The URL may name several hosts, the nodes of a cluster: whichever answers is used. With `needed` off it tries once
    and goes on: the process has something to do without a broker.
    """

    def __init__(
        self, url: SecretStr, topology: Topology | Callable[[], Topology], name: str, *, needed: bool = True
    ) -> None:
        hosts = addresses(url.get_secret_value())
        self._urls = [URL(one).update_query(heartbeat=HEARTBEAT_S) for one in hosts]
        # Processes spread over the nodes of a cluster, each by its name; after a failure the next node is tried first.
        self._turn = crc32(name.encode()) % len(hosts)
        self._topology = topology
        self._name = name
        self._needed = needed
        self._connection: AbstractConnection | None = None
        self._connecting: asyncio.Task[AbstractConnection] | None = None

    async def start(self) -> None:
        """Connect and declare the topology, however long the broker takes to appear."""
        wait = RETRY_S
        while True:
            try:
                await self._open()
            except Unavailable as error:
                log.warning("broker.waiting", reason=str(error), wait_s=wait)
                if not self._needed:
                    return
                await asyncio.sleep(wait)
                wait = min(wait * 2, RETRY_MOST_S)
            else:
                return

    async def stop(self) -> None:
        """Close the connection."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait({self._connecting})
        if self._connection is not None:
            await _abandon(self._connection)

    async def check(self) -> None:
        """Return when the connection stands.

        Raises:
            Unavailable: it does not, and cannot be made now.
        """
        await self._open()

    async def check_unblocked(self) -> None:
        """Return when the connection stands and no alarm of the broker keeps it from reading what is published.

        Raises:
            Unavailable: there is no connection, or it stays blocked.
        """
        connection = await self._open()
        underlay = connection.transport.connection if connection.transport else None
        with broker_errors():
            async with asyncio.timeout(UNBLOCKED_TIMEOUT_S):
                if underlay is not None:
                    await underlay.ready()

    async def channel(self, *, confirms: bool) -> AbstractChannel:
        """A new channel.

        Raises:
            Unavailable: there is no connection, and none can be made now.
        """
        connection = await self._open()
        with broker_errors():
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                return await connection.channel(publisher_confirms=confirms)

    async def _open(self) -> AbstractConnection:
        # `is_closed` speaks of a close that was asked for; a loss clears `connected`.
        if self._connection is None or self._connection.is_closed or not self._connection.connected.is_set():
            # Who waits for it may have less patience than it takes: the attempt goes on for those who come next.
            return await asyncio.shield(self._attempt())
        return self._connection

    def _attempt(self) -> asyncio.Task[AbstractConnection]:
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._connect_anew())
            self._connecting.add_done_callback(_look_at)
        return self._connecting

    async def _connect_anew(self) -> AbstractConnection:
        if self._connection is not None:
            await _abandon(self._connection)
        self._connection = await self._connect_to_any()
        return self._connection

    async def _connect_to_any(self) -> AbstractConnection:
        for _ in self._urls[:-1]:
            try:
                return await self._connect_in_time()
            except Unavailable as error:
                url = self._urls[self._turn]
                log.warning("broker.node_unavailable", host=url.host, port=url.port, reason=str(error))
                self._turn = (self._turn + 1) % len(self._urls)
        return await self._connect_in_time()

    async def _connect_in_time(self) -> AbstractConnection:
        topology = self._topology if isinstance(self._topology, Topology) else self._topology()
        with broker_errors():
            async with asyncio.timeout(CONNECT_TIMEOUT_S if len(self._urls) == 1 else HANDSHAKE_TIMEOUT_S):
                connection = await self._connect()
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await self._declare(connection, topology)
            except BaseException:
                await _abandon(connection)
                raise
        return connection

    async def _connect(self) -> AbstractConnection:
        url = self._urls[self._turn]
        connection = await aio_pika.connect(
            url, client_properties={"connection_name": self._name}, connection_class=_Connection
        )
        log.info("broker.connected", host=url.host, port=url.port)
        return connection

    async def _declare(self, connection: AbstractConnection, topology: Topology) -> None:
        try:
            await self._declare_all(connection, topology)
        except ChannelPreconditionFailed as error:
            raise SetupFault(
                f"RabbitMQ has a queue or exchange with other settings than ours: {error}; a setting of the replay log "
                "that was changed takes effect after its queue was deleted"
            ) from error

    @staticmethod
    async def _declare_all(connection: AbstractConnection, topology: Topology) -> None:
        channels = [await connection.channel(publisher_confirms=False) for _ in range(DECLARING)]
        for exchange in topology.exchanges:
            await channels[0].declare_exchange(exchange.name, aio_pika.ExchangeType(exchange.type), durable=True)
        specs = iter(topology.queues)

        async def declare(channel: AbstractChannel) -> None:
            for spec in specs:  # whichever channel is free takes the next one
                queue = await channel.declare_queue(spec.name, durable=True, arguments=spec.arguments)
                for exchange_name, key in spec.bindings:
                    await queue.bind(exchange_name, key)

        await asyncio.gather(*map(declare, channels))
        for channel in channels:
            await channel.close()


async def _abandon(connection: AbstractConnection) -> None:
    """Close a connection as far as that can be done, and not wait for a broker that does not answer."""
    with suppress(Unavailable), broker_errors():
        async with asyncio.timeout(ABANDON_TIMEOUT_S):
            await connection.close()


def _look_at(attempt: asyncio.Task[AbstractConnection]) -> None:
    """Whoever waited may be gone: then nobody else looks at the failure, and the next attempt finds it again."""
    if not attempt.cancelled():
        attempt.exception()
