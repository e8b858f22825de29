"""The broker and the database of one machine: private ones under a state directory, or the given ones."""

import asyncio
import dataclasses
from pathlib import Path
from types import TracebackType

from contracts.errors import SetupFault
from runtime.embedded.amqp_probe import broker_version
from runtime.embedded.lock import StateLock
from runtime.embedded.mongodb import MongoDB
from runtime.embedded.ports import PortBook
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.store.replica_set import server_facts

STANDARD_PORTS = {"amqp": 5672, "management": 15672, "mongo": 27017}


@dataclasses.dataclass(frozen=True)
class Endpoints:
    """Where the services answer. `management_url` is None for a given broker, and without the plugin."""

    amqp_url: str
    mongo_url: str
    management_url: str | None


class EmbeddedServices:
    """RabbitMQ and MongoDB for one installation; also an asynchronous context manager that gives the `Endpoints`.

    The children end when the thread that started them ends: start from one that lives as long as they shall.

    Args:
        state_dir: everything of the private services lies below it; made when it does not exist.
        amqp_url: a broker that runs already: none is started.
        mongo_url: a replica set that runs already: none is started.
        standard_ports: try 5672, 15672 and 27017 first; tests rather keep away from them.
        management: run RabbitMQ's management plugin.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        amqp_url: str | None = None,
        mongo_url: str | None = None,
        standard_ports: bool = True,
        management: bool = True,
    ) -> None:
        self._directory = state_dir.resolve()
        self._amqp_url = amqp_url
        self._mongo_url = mongo_url
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = StateLock(self._directory / "services.lock")
        self.ports = PortBook(self._directory / "ports.json", STANDARD_PORTS if standard_ports else None)
        self.rabbitmq: RabbitMQ | None = None
        self.mongodb: MongoDB | None = None
        if amqp_url is None:
            self.rabbitmq = RabbitMQ(self._directory / "rabbitmq", self.ports, management=management)
        if mongo_url is None:
            self.mongodb = MongoDB(self._directory / "mongodb", self.ports)

    @property
    def own(self) -> tuple[RabbitMQ | MongoDB, ...]:
        """The services that are private ones."""
        return tuple(service for service in (self.mongodb, self.rabbitmq) if service is not None)

    async def start(self) -> Endpoints:
        """Start what is not given, check what is given, and return when both answer.

        Raises:
            SetupFault: another process runs the services of this directory, a program is missing, or one does not
                start; or a given service refuses us.
            Unavailable: a given service does not answer.
        """
        self._lock.acquire("the services of this state directory are run by another process")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._start_broker())
                group.create_task(self._start_database())
        except BaseException as error:
            await self.stop()
            if isinstance(error, BaseExceptionGroup):
                raise error.exceptions[0] from error
            raise
        return self.endpoints

    @property
    def endpoints(self) -> Endpoints:
        """Where the services answer; valid after `start`."""
        return Endpoints(
            amqp_url=self.rabbitmq.url if self.rabbitmq else str(self._amqp_url),
            mongo_url=self.mongodb.url if self.mongodb else str(self._mongo_url),
            management_url=self.rabbitmq.management_url if self.rabbitmq else None,
        )

    async def stop(self) -> None:
        """Stop the private services; no process of theirs remains."""
        try:
            await asyncio.gather(*(service.stop() for service in self.own))
        finally:
            self._lock.release()

    async def __aenter__(self) -> Endpoints:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    async def _start_broker(self) -> None:
        if self.rabbitmq is not None:
            await self.rabbitmq.start()
        else:
            await broker_version(str(self._amqp_url))

    async def _start_database(self) -> None:
        if self.mongodb is not None:
            await self.mongodb.start()
        elif (await server_facts(str(self._mongo_url))).replica_set is None:
            raise SetupFault("the database under MONGO_URL is no replica set; start it with --replSet and initiate it")
