"""The door over HTTP, in front of a broker that a test has."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from cryptography.fernet import Fernet

from gateway.receive.app import Door, build_gateway
from gateway.receive.files import FileDoor
from gateway.receive.gatherer import Gatherer
from gateway.receive.journal import Detour
from gateway.receive.overload import Gauge, Lanes, Marks, Sluice
from gateway.registry import providers
from runtime.crypto import Signer
from runtime.media.links import PURPOSE, MediaLinks
from runtime.process import HttpServer
from runtime.settings import Settings
from runtime.store.media import GridFSMedia
from runtime.store.membership import Roll
from tests.gateway.receive.journal.conftest import PLENTY, Opened
from tests.parts import PARTITIONS, Parts

PUBLIC = "https://hooks.example.test"


@asynccontextmanager
async def served(parts: Parts, disk: Opened, now: datetime, wait_s: float = 0.0) -> AsyncIterator[str]:
    """The door's address, while it is open. `wait_s` is how long webhooks are gathered before they are published."""
    receiving = providers()
    detour = Detour(disk.journal, 5)
    gatherer = Gatherer(parts.said, detour, wait_s, parts.metrics)
    lanes = Lanes(disk.path, PLENTY, parts.metrics, lambda: now)
    gauge = Gauge(parts.broker, Roll(parts.store), detour.layout, Settings())
    sluice = Sluice(gatherer, detour, lanes, gauge, Marks(0.1, 8, 5000), parts.metrics)
    door = Door(receiving, parts.configuration, sluice, parts.metrics, lambda: now, PUBLIC, PARTITIONS)
    links = MediaLinks(Signer([Fernet.generate_key().decode()], PURPOSE), PUBLIC, timedelta(hours=1), lambda: now)
    files = FileDoor(links, GridFSMedia(parts.store, lambda: now))
    most = max(one.manifest.max_body for one in receiving.values())
    server = HttpServer(build_gateway(door, files, most), "127.0.0.1", 0, "gateway")
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.stop()
        await gatherer.stop()
