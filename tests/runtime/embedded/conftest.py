"""Services that the tests here may stop, kill and restart, and supervisors in processes of their own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from runtime.embedded import leftovers
from runtime.embedded.processes import ProcessKind
from runtime.embedded.services import EmbeddedServices
from runtime.settings import Settings

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
START_DEADLINE_S = 60

Launch = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.fixture(scope="session")
async def private_services(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServices]:
    """RabbitMQ with its management plugin and MongoDB; a test that stops one starts it again."""
    directory = tmp_path_factory.mktemp("private")
    services = EmbeddedServices(directory, standard_ports=False)
    await services.start()
    yield services
    await services.stop()
    assert [process for name in ("rabbitmq", "mongodb") for process in leftovers.belonging_to(directory / name)] == []


@pytest.fixture
def given(private_services: EmbeddedServices, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that name the private services as given ones."""
    endpoints = private_services.endpoints
    monkeypatch.setenv("AMQP_URL", endpoints.amqp_url)
    monkeypatch.setenv("MONGO_URL", endpoints.mongo_url)
    return Settings()


@pytest.fixture
def kinds() -> tuple[ProcessKind, ...]:
    """A router, a gateway and a console that are stand-ins."""
    stand_in = str(HERE / "stand_in.py")
    return (
        ProcessKind("router", (stand_in,)),
        ProcessKind("gateway", (stand_in,), http_port=8080),
        ProcessKind("console", (stand_in,), http_port=8090),
    )


@pytest.fixture
async def launch() -> AsyncIterator[Launch]:
    """Starts `supervisor.py` with arguments and returns once it is ready; what still runs at the end is killed."""
    launched: list[asyncio.subprocess.Process] = []

    async def start(*arguments: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(HERE / "supervisor.py"),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        )
        launched.append(process)
        assert process.stdout is not None
        async with asyncio.timeout(START_DEADLINE_S):
            while (line := await process.stdout.readline()) != b"ready\n":
                assert line, "the supervisor ended"
        return process

    yield start
    for process in launched:
        if process.returncode is None:
            process.kill()
        await process.communicate()
