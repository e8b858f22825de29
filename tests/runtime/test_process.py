"""The life of a process: parts start in order, stop in reverse, within a deadline."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from contracts.errors import SwitchboardError, Unavailable
from runtime.process import HttpServer, Process, main
from runtime.settings import Settings
from tests.patience import PATIENCE_S

Lines = list[str]


class Part:
    """Writes down what is done with it."""

    def __init__(self, name: str, lines: Lines, on_start: Callable[[], None] | None = None, stop_s: float = 0) -> None:
        self._name, self._lines, self._on_start, self._stop_s = name, lines, on_start, stop_s

    async def start(self) -> None:
        self._lines.append(f"start {self._name}")
        if self._on_start:
            self._on_start()

    async def stop(self) -> None:
        await asyncio.sleep(self._stop_s)
        self._lines.append(f"stop {self._name}")


class Slow(Part):
    """A part that is long in starting."""

    async def start(self) -> None:
        await super().start()
        await asyncio.sleep(60)


class Failing(Part):
    """A part whose stop fails."""

    async def stop(self) -> None:
        await super().stop()
        raise Unavailable("RabbitMQ: away")


def terminate() -> None:
    """As an orchestrator ends a process."""
    os.kill(os.getpid(), signal.SIGTERM)


def soon() -> None:
    asyncio.get_running_loop().call_later(0.05, terminate)


@pytest.fixture
async def lines() -> AsyncIterator[Lines]:
    yield []
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(number)


def process(*parts: Part, **fields: float) -> Process:
    made = Process("test", Settings(**fields))  # type: ignore[arg-type] # the fields that are given are numbers
    for part in parts:
        made.add(part)
    return made


async def test_parts_start_in_order_and_stop_in_reverse(lines: Lines) -> None:
    await process(Part("a", lines), Part("b", lines), Part("c", lines, soon)).run()
    assert lines == ["start a", "start b", "start c", "stop c", "stop b", "stop a"]


async def test_a_stop_during_the_start_ends_what_was_started_and_starts_nothing_more(lines: Lines) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await process(Part("a", lines), Slow("b", lines, soon), Part("c", lines)).run()
    assert lines == ["start a", "start b", "stop a"]


async def test_a_part_whose_start_ends_as_the_stop_comes_is_stopped_too(lines: Lines) -> None:
    await process(Part("a", lines), Part("b", lines, terminate)).run()
    assert lines[-2:] == ["stop b", "stop a"]


async def test_a_part_that_fails_to_start_ends_the_process_and_those_before_it(lines: Lines) -> None:
    def fail() -> None:
        raise Unavailable("no database")

    with pytest.raises(Unavailable, match="no database"):
        await process(Part("a", lines), Part("b", lines, fail)).run()
    assert lines == ["start a", "start b", "stop a"]


async def test_a_part_that_fails_to_stop_does_not_keep_the_others(lines: Lines) -> None:
    await process(Part("a", lines), Failing("b", lines), Part("c", lines, soon)).run()
    assert lines[-3:] == ["stop c", "stop b", "stop a"]


async def test_the_stop_has_a_deadline(lines: Lines) -> None:
    with capture_logs() as logged:
        await process(Part("a", lines), Part("b", lines, soon, stop_s=60), stop_deadline_s=0.1).run()
    assert "stop b" not in lines
    assert "process.stop_deadline_passed" in {line["event"] for line in logged}


async def test_a_server_serves_on_a_free_port_and_a_taken_one_is_told() -> None:
    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.add_routes([web.get("/", hello)])
    server = HttpServer(app, "127.0.0.1", 0, "gateway")
    await server.start()
    async with ClientSession() as client, client.get(f"http://127.0.0.1:{server.port}/") as answer:
        assert await answer.text() == "hello"

    other = HttpServer(web.Application(), "127.0.0.1", server.port, "console")
    with pytest.raises(SwitchboardError, match=f"cannot serve console on 127.0.0.1:{server.port}"):
        await other.start()
    await other.stop()
    await server.stop()


async def test_a_wrong_setting_ends_the_process_with_2_and_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_PARTITIONS", "0")
    with capture_logs() as logged:
        assert main("router", lambda _: None) == 2
    assert "partitions" in logged[0]["faults"].lower()


async def test_a_process_is_ready_only_when_all_of_its_parts_have_started() -> None:
    process = Process("test", Settings(health_port=0))
    seen: list[dict[str, str]] = []

    class Curious:
        async def start(self) -> None:
            seen.append(await process.health.failures())

        async def stop(self) -> None:
            seen.append(await process.health.failures())

    process.add(Curious())
    running = asyncio.create_task(process.run())
    async with asyncio.timeout(PATIENCE_S):
        while await process.health.failures():  # noqa: ASYNC110 - there is no event: this is what a supervisor does
            await asyncio.sleep(0.01)
    terminate()
    await running
    assert seen == [{"process": "not every part of the process is started"}] * 2
