"""The kinds of process that make up Switchboard, and one such process under supervision."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from contracts.errors import SetupFault
from runtime.embedded.child import Child
from runtime.embedded.ports import LOOPBACK, PortBook
from runtime.embedded.supervision import Backoff, keep_alive
from runtime.logging import get_logger

log = get_logger(__name__)

_READY_DEADLINE_S = 60.0
_POLL_S = 0.1


@dataclass(frozen=True)
class ProcessKind:
    """One kind of process: the arguments of the interpreter, and the port it likes to serve HTTP on, if it does."""

    name: str
    arguments: tuple[str, ...]
    http_port: int | None = None


SANDBOX = ProcessKind("sandbox", ("-m", "runtime.sandbox"), http_port=8095)

# In the order in which they start; what takes in work from outside comes last, and stops first.
KINDS = (
    ProcessKind("worker", ("-m", "workers", "deliver")),
    ProcessKind("clock", ("-m", "workers", "clock")),
    ProcessKind("sender", ("-m", "gateway", "send")),
    ProcessKind("router", ("-m", "router")),
    ProcessKind("replayer", ("-m", "router", "replay")),
    ProcessKind("gateway", ("-m", "gateway", "receive"), http_port=8080),
    ProcessKind("console", ("-m", "console"), http_port=8090),
    SANDBOX,
)


class SwitchboardProcess:
    """One process of a kind. It is restarted when it ends by accident, and ends with its supervisor (SIGKILL: nothing
    is lost by that, and nothing is left over).

    Args:
        kind: what to run.
        index: its number among those of its kind.
        environment: variables for all processes; its own ports are added.
        directory: what it belongs to, see `leftovers`.
        log_directory: `<name>.log` is appended to there.
        ports: gives it the ports of its health pages and of what it serves.
        started: called after each start, for its pid has changed.
        backoff: pauses before restarts.
    """

    def __init__(
        self,
        kind: ProcessKind,
        index: int,
        *,
        environment: Mapping[str, str],
        directory: Path,
        log_directory: Path,
        ports: PortBook,
        started: Callable[[], None],
        backoff: Backoff,
    ) -> None:
        self.kind = kind
        self.index = index
        self.wanted = False
        self._environment = environment
        self._directory = directory
        self._log_directory = log_directory
        self._ports = ports
        self._started = started
        self._backoff = backoff
        self._child: Child | None = None
        self._watch: asyncio.Task[None] | None = None
        self.url = ""
        self.health_url = ""

    @property
    def name(self) -> str:
        """`router-0`, for example."""
        return f"{self.kind.name}-{self.index}"

    @property
    def pid(self) -> int | None:
        """The pid, while it runs."""
        return self._child.pid if self._child else None

    @property
    def exit_status(self) -> int | None:
        """The status of its last run, negative for a signal; None while it runs."""
        return self._child.exit_status if self._child else None

    async def start(self) -> None:
        """Start it and wait until it is ready, or when it is brought back after an accident, for 60 s: what it waits
        for then may be away for longer, and to start it again would not help it.

        Raises:
            SetupFault: it ends, or is not ready within 60 s at its first start.
        """
        child = self._make_child()
        await child.start()
        self._child = child
        self._started()
        await self._ready(child)
        self.wanted = True
        self._watch = self._watch or asyncio.create_task(keep_alive(self, self._backoff))

    async def stop(self, deadline_s: float) -> None:
        """SIGTERM, then SIGKILL after so many seconds."""
        await self._stand_down()
        if self._child is not None and not await self._child.stop(deadline_s):
            log.warning("embedded.process_killed", name=self.name, deadline_s=deadline_s)

    async def kill(self, *, restart: bool) -> None:
        """`kill -9`; with `restart` it is an accident, to be mended by the supervision."""
        if not restart:
            await self._stand_down()
        if self._child is not None:
            await self._child.kill()

    async def wait(self) -> None:
        """Wait until it has ended; at once when it is not running."""
        if self._child is not None:
            await self._child.wait()

    async def _stand_down(self) -> None:
        self.wanted = False
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None

    def _make_child(self) -> Child:
        environment = dict(self._environment)
        port = self._ports.choose(f"{self.name}.health")
        self.health_url = f"http://{LOOPBACK}:{port}"
        environment["SWITCHBOARD_HEALTH_PORT"] = str(port)
        if self.kind.http_port is not None:
            port = self._ports.choose(self.name)
            self.url = f"http://{LOOPBACK}:{port}"
            environment["SWITCHBOARD_PORT"] = str(port)
        command = (sys.executable, *self.kind.arguments)
        log_path = self._log_directory / f"{self.name}.log"
        return Child(command, environment, self._directory, log_path, farewell=signal.SIGKILL)

    async def _ready(self, child: Child) -> None:
        end = time.monotonic() + _READY_DEADLINE_S
        async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
            while child.running and time.monotonic() < end:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(f"{self.health_url}/ready")).is_success:
                        log.info("embedded.process_ready", name=self.name, pid=self.pid)
                        return
                await asyncio.sleep(_POLL_S)
        if self.wanted and child.running:
            log.warning("embedded.process_not_ready", name=self.name, pid=self.pid, after_s=_READY_DEADLINE_S)
            return
        state = "is not ready" if child.running else f"ended with status {child.exit_status}"
        await child.kill()
        raise SetupFault(f"{self.name} {state}; its log is {child.log_path}, which ends: {child.last_words()}")
