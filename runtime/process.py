"""The life of a process: start its parts in order, wait for SIGTERM, stop them in reverse within a deadline."""

import asyncio
import gc
import signal
from collections.abc import Callable
from typing import Protocol, TypeVar

import uvloop
from aiohttp import web
from pydantic import ValidationError

from contracts.errors import SwitchboardError, Unavailable
from runtime.health import Health, health_app
from runtime.logging import configure_logging, get_logger
from runtime.metrics import Metrics
from runtime.settings import Settings, setting_faults

log = get_logger(__name__)


COLLECT = (20_000, 20, 50)
"""When the garbage collector runs: with the interpreter's own figures it takes a twentieth of a busy process's time."""

GRACE_S = 5.0
"""How long requests under way may take to finish when the server stops."""


class Part(Protocol):
    """Something that a process starts and stops."""

    async def start(self) -> None:
        """Begin; returns when it works."""
        ...

    async def stop(self) -> None:
        """End: what is in flight is finished or given back."""
        ...


P = TypeVar("P", bound=Part)


LONGEST_LINE = 64 * 1024
"""Bytes of a request's first line: filters in a query may be long, and other scripts take many bytes there."""


class HttpServer:
    """An aiohttp application, or a bare server, on one address, as a part of a process."""

    def __init__(self, served: web.Application | web.Server, host: str, port: int, name: str) -> None:
        self._runner: web.BaseRunner = (
            web.AppRunner(served, access_log=None, shutdown_timeout=GRACE_S, max_line_size=LONGEST_LINE)
            if isinstance(served, web.Application)
            else web.ServerRunner(served, shutdown_timeout=GRACE_S)
        )
        self._host, self._port, self._name = host, port, name

    async def start(self) -> None:
        """Bind and serve.

        Raises:
            SwitchboardError: the port is taken.
        """
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            raise SwitchboardError(
                f"cannot serve {self._name} on {self._host}:{self._port}: {error.strerror}"
            ) from error
        log.info("http.serving", server=self._name, host=self._host, port=self.port)

    async def stop(self) -> None:
        """Take no more connections, let requests under way finish."""
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """The port that is served; the chosen one when 0 was asked for."""
        return int(self._runner.addresses[0][1])


class Process:
    """One process: its settings, metrics and health, and its parts in the order in which they start."""

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self.settings = settings
        self.metrics = Metrics()
        self.health = Health()
        self._parts: list[Part] = []
        self._complete = False
        self.health.register("process", self._check)

    async def _check(self) -> None:
        if not self._complete:
            raise Unavailable("not every part of the process is started")

    def add(self, part: P) -> P:
        """Append a part; it starts after those before it and stops before them."""
        self._parts.append(part)
        return part

    async def run(self) -> None:
        """Start everything, wait for SIGTERM or SIGINT, stop everything."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        server = HttpServer(
            health_app(self.health, self.metrics), self.settings.host, self.settings.health_port, "health"
        )
        started: list[Part] = []
        try:
            for part in (server, *self._parts):
                if await self._start(part, stop):
                    started.append(part)
                if stop.is_set():
                    break
            # What start-up has made stays: the collector need not look at it again, nor so often at what requests make.
            gc.collect()
            gc.freeze()
            gc.set_threshold(*COLLECT)
            self._complete = not stop.is_set()
            log.info("process.started")
            await stop.wait()
        finally:
            self._complete = False
            await self._stop(started)

    @staticmethod
    async def _start(part: Part, stop: asyncio.Event) -> bool:
        """Whether the part has started; a stop that comes meanwhile ends the attempt."""
        starting = asyncio.ensure_future(part.start())
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not starting.done():
            starting.cancel()
            return False
        await starting
        return True

    async def _stop(self, started: list[Part]) -> None:
        log.info("process.stopping")
        try:
            async with asyncio.timeout(self.settings.stop_deadline_s):
                for part in reversed(started):
                    await self._end(part)
        except TimeoutError:
            log.error("process.stop_deadline_passed", deadline_s=self.settings.stop_deadline_s)
        log.info("process.stopped")

    @staticmethod
    async def _end(part: Part) -> None:
        try:
            await part.stop()
        except SwitchboardError as error:
            log.warning("process.stop_failed", part=type(part).__name__, reason=str(error))


def main(name: str, compose: Callable[[Process], None]) -> int:
    """Run a process whose parts `compose` puts together.

    Returns the exit code: 0 stopped when asked to, 1 could not start, 2 settings are wrong.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        log.error("settings.wrong", faults="; ".join(setting_faults(error)))
        return 2
    configure_logging(settings, name)

    async def run() -> None:
        process = Process(name, settings)
        compose(process)
        await process.run()

    try:
        uvloop.run(run())
    except SwitchboardError as error:
        log.error("process.failed", reason=str(error))
        return 1
    return 0
