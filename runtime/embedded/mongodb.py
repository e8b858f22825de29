"""A private mongod, whose data and port belong to one directory: a replica set of one member, or one of several."""

import os
import signal
from pathlib import Path

from contracts.errors import SetupFault, Unavailable
from runtime.embedded import leftovers, programs
from runtime.embedded.child import Child
from runtime.embedded.ports import LOOPBACK, PortBook
from runtime.logging import get_logger
from runtime.store.replica_set import ensure_answer, ensure_replica_set

log = get_logger(__name__)

REPLICA_SET = "switchboard"
_START_DEADLINE_S = 60.0
_STOP_DEADLINE_S = 20.0
_OPTIONS = (
    "--replSet",
    REPLICA_SET,
    "--bind_ip",
    LOOPBACK,
    "--nounixsocket",
    "--quiet",
    "--wiredTigerCacheSizeGB",
    "0.5",
    "--oplogSize",
    "512",
    # A primary that is told to end lingers 15 s for its clients to find another; a set of one has no other.
    "--setParameter",
    "shutdownTimeoutMillisForSignaledShutdown=100",
    "--setParameter",
    "diagnosticDataCollectionEnabled=false",
)


class MongoDB:
    """One mongod. `start` after `stop` or `kill` brings it back on the same port with the same data.

    `wanted` is true from a successful start to the next stop or kill: an end in between is an accident.

    Args:
        directory: where its data and its log lie.
        ports: gives its port, under the name of the member.
        member: the name, among those of its set.
        alone: whether it is all of its set; if not, somebody else makes the set (`clusters.py`).
    """

    name = "mongodb"

    def __init__(self, directory: Path, ports: PortBook, *, member: str = "mongo", alone: bool = True) -> None:
        self.directory = directory.resolve()
        self.wanted = False
        self._book = ports
        self._member = member
        self._alone = alone
        self._port: int | None = None
        self._server: Child | None = None

    @property
    def host(self) -> str:
        """Address and port; valid from the first start on."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def url(self) -> str:
        """The MongoDB URL of this very member; valid from the first start on."""
        return f"mongodb://{self.host}/?directConnection=true"

    @property
    def pid(self) -> int | None:
        """The pid of the running mongod."""
        return self._server.pid if self._server else None

    async def start(self) -> None:
        """Start mongod and wait until it answers; alone, make it a replica set when it is new, and wait until it takes
        writes.

        Raises:
            SetupFault: MongoDB is not installed, or it ends or is not ready within 60 s.
        """
        program = programs.find_mongod()
        if await leftovers.end_leftovers(self.directory, _STOP_DEADLINE_S):
            log.warning("embedded.leftovers_ended", service=self.name)
        data = self.directory / "data"
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._port = self._port or self._book.choose(self._member)
        command = (str(program), "--dbpath", str(data), "--port", str(self._port), *_OPTIONS)
        self._server = Child(command, self._environment(), self.directory, self.directory / "mongodb.log")
        await self._server.start()
        await self._ready(self._server, self._port)
        self.wanted = True

    async def stop(self) -> None:
        """Stop mongod; it is killed if it has not ended after 20 s."""
        self.wanted = False
        if self._server is not None:
            await self._server.stop(_STOP_DEADLINE_S)
        await leftovers.kill_all(self.directory)

    async def kill(self) -> None:
        """`kill -9`."""
        self.wanted = False
        if self._server is not None:
            await self._server.kill()

    async def restart(self) -> None:
        """Stop, and start on the same port."""
        await self.stop()
        await self.start()

    def pause(self) -> None:
        """Freeze mongod: connections stay open and nothing answers (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused mongod go on (SIGCONT)."""
        self._signal(signal.SIGCONT)

    async def wait(self) -> None:
        """Wait until mongod has ended; at once when it is not running."""
        if self._server is not None:
            await self._server.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._server is not None:
            self._server.signal(number)

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "HOME": str(self.directory)}

    async def _ready(self, server: Child, port: int) -> None:
        make = ensure_replica_set if self._alone else ensure_answer
        try:
            version = await make(LOOPBACK, port, REPLICA_SET, timeout_s=_START_DEADLINE_S, alive=lambda: server.running)
        except Unavailable as error:
            raise SetupFault(
                f"MongoDB did not start; its log is {server.log_path}, which ends: {server.last_words()}"
            ) from error
        log.info("embedded.ready", service=self.name, version=version, port=port)
