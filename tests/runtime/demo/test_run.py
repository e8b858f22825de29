"""The demonstration against all processes in one: customers write by the sandbox, agents answer by the API."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr

from console.__main__ import compose as compose_console
from contracts.errors import SwitchboardError
from gateway.__main__ import compose_receive, compose_send
from router.__main__ import compose as compose_router
from runtime.demo.run import Demonstration
from runtime.embedded.stack_file import StackInfo
from runtime.process import Process
from runtime.sandbox.__main__ import compose as compose_sandbox
from runtime.settings import Settings
from tests.patience import PATIENCE_S
from workers.__main__ import compose_clock, compose_deliver

COMPOSITIONS: dict[str, Callable[[Process], None]] = {
    "gateway": compose_receive,
    "console": compose_console,
    "router": compose_router,
    "worker": compose_deliver,
    "clock": compose_clock,
    "sender": compose_send,
    "sandbox": compose_sandbox,
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def stack(installation: Settings, tmp_path: Path) -> AsyncIterator[tuple[StackInfo, str]]:
    """Every process as a task; the composition roots are the real ones."""
    ports = {name: (free_port(), free_port()) for name in COMPOSITIONS}
    public_url = f"http://127.0.0.1:{ports['gateway'][0]}"
    tasks = []
    for name, compose in COMPOSITIONS.items():
        port, health = ports[name]
        process = Process(
            name,
            installation.model_copy(
                update={"port": port, "health_port": health, "public_url": public_url, "allowed_hosts": "127.0.0.1"}
            ),
        )
        compose(process)
        tasks.append(asyncio.create_task(process.run()))
    await _until_ready([health for _, health in ports.values()])
    token = tmp_path / "token"
    assert isinstance(installation.console_token, SecretStr)
    token.write_text(installation.console_token.get_secret_value())
    yield (
        StackInfo(
            gateway_url=public_url,
            console_url=f"http://127.0.0.1:{ports['console'][0]}",
            amqp_url=installation.amqp_url.get_secret_value(),
            mongo_url=installation.mongo_url.get_secret_value(),
            management_url=None,
            sandbox_url=f"http://127.0.0.1:{ports['sandbox'][0]}",
            token_file=token,
            log_directory=tmp_path,
            health_urls={},
            pids={},
            supervisor_pid=0,
            supervisor_started=0,
        ),
        installation.database,
    )
    for task in tasks:
        task.cancel()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(number)
    await asyncio.gather(*tasks, return_exceptions=True)


async def _until_ready(ports: list[int]) -> None:
    async with asyncio.timeout(PATIENCE_S), ClientSession() as client:
        for port in ports:
            while not await _ready(client, port):  # noqa: ASYNC110 - another task serves it
                await asyncio.sleep(0.05)


async def _ready(client: ClientSession, port: int) -> bool:
    try:
        async with client.get(f"http://127.0.0.1:{port}/ready") as answer:
            return answer.status == 200
    except OSError:
        return False


async def test_everything_that_is_written_and_answered_lands_where_it_must(stack: tuple[StackInfo, str]) -> None:
    info, database = stack
    seen: list[str] = []
    demonstration = Demonstration(info, database, seed=5)
    try:
        await demonstration.configure()
        account = await demonstration.send(120, lambda what, _done, _all: seen.append(what))
        landed = await demonstration.verify(account, lambda what, _done, _all: seen.append(what), settle_s=20)
        await demonstration.answer(account, landed, lambda what, _done, _all: seen.append(what))
        evidence = await demonstration.verify_answers(account, lambda what, _done, _all: seen.append(what), settle_s=20)
        landings = await demonstration.landings(evidence, 8)
    finally:
        await demonstration.close()

    assert account.faults == []
    assert sum(account.landed.values()) == account.conversations == 30
    assert account.repeated > 0
    assert account.document()["messages"] == 120
    assert account.answers == 2 * account.answered > 0
    assert account.answer_states == {"read": account.answers}
    assert {"sent", "in place", "answered", "read by customers"} <= set(seen)
    assert len(landings) == 8
    assert {landing.provider for landing in landings} == {"kaleyra", "meta", "sinch", "twilio"}
    assert all(landing.why for landing in landings)
    assert any("(read, read)" in landing.answer for landing in landings)


async def test_a_stack_without_the_sandbox_cannot_demonstrate_anything(stack: tuple[StackInfo, str]) -> None:
    info, database = stack
    with pytest.raises(SwitchboardError, match="needs the sandbox"):
        Demonstration(info.model_copy(update={"sandbox_url": None}), database)
