"""What a scenario runs on: private services, started once, and processes of ours or the reference's."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aio_pika
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pydantic import SecretStr

from bench.site import configure
from contracts.base import new_id
from runtime.embedded import keys
from runtime.embedded.processes import KINDS
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.embedded.services import EmbeddedServices, Endpoints
from runtime.embedded.stack import Stack
from runtime.settings import Settings

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Machine:
    """The services' addresses, where processes keep their files, and the broker, for who stops it."""

    endpoints: Endpoints
    directory: Path
    broker: RabbitMQ | None = None

    def settings(self, database: str) -> Settings:
        """Settings for an installation of its own on these services."""
        return Settings(
            amqp_url=SecretStr(self.endpoints.amqp_url),
            mongo_url=SecretStr(self.endpoints.mongo_url),
            database=database,
            secret_key_file=self.directory / "secret.key",
            log_level="warning",
        )

    def database(self, name: str) -> "AsyncIOMotorDatabase[Document]":
        """A database, to look at what has come of it."""
        client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(self.endpoints.mongo_url)
        return client[name]

    @asynccontextmanager
    async def stack(self, kinds: Sequence[str], **variables: str) -> AsyncIterator[tuple[Stack, Settings]]:
        """Processes of ours, with more variables, over an empty, configured installation, and its settings."""
        await self.purge()
        settings = self.settings(f"bench_{new_id()[-8:]}")
        await configure(settings)
        stack = Stack(
            self.directory / settings.database,
            settings,
            environment={"SWITCHBOARD_LOG_LEVEL": "warning", **variables},
            standard_ports=False,
            kinds=[kind for kind in KINDS if kind.name in kinds],
        )
        await stack.start()
        try:
            yield stack, settings
        finally:
            await stack.stop()
            await self.database(settings.database).client.drop_database(settings.database)

    @asynccontextmanager
    async def reference(self, module: str, *arguments: str, environment: Mapping[str, str]) -> AsyncIterator[int]:
        """A process of the reference; its pid."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            env={**os.environ, **environment},
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            await process.wait()

    async def purge(self) -> None:
        """Empty every queue that a scenario before this one has filled."""
        connection = await aio_pika.connect(self.endpoints.amqp_url)
        async with connection:
            for name in [f"{stage}.p{number:02d}" for stage in ("router", "deliver") for number in range(16)]:
                channel = await connection.channel()
                try:
                    queue = await channel.get_queue(name)
                    await queue.purge()
                except aio_pika.exceptions.ChannelNotFoundEntity:
                    return
                await channel.close()


@asynccontextmanager
async def machine(directory: Path) -> AsyncIterator[Machine]:
    """Start the services, and stop them afterwards."""
    services = EmbeddedServices(directory / "services", standard_ports=False, management=False)
    endpoints = await services.start()
    try:
        keys.ensure_secret_key(directory / "secret.key")
        yield Machine(endpoints, directory, services.rabbitmq)
    finally:
        await services.stop()


@asynccontextmanager
async def held(pids: Sequence[int]) -> AsyncIterator[None]:
    """Hold processes still while a backlog is laid, so that they start on it at one moment."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
