"""The whole of Switchboard on one machine: the services, and every process around them, under one supervisor."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import runtime
from runtime.embedded import keys, leftovers
from runtime.embedded.group import ProcessGroup
from runtime.embedded.lock import StateLock
from runtime.embedded.ports import LOOPBACK
from runtime.embedded.processes import KINDS, SANDBOX, ProcessKind
from runtime.embedded.services import EmbeddedServices, Endpoints
from runtime.embedded.stack_file import StackInfo, forget_stack, supervisor
from runtime.embedded.supervision import Backoff, keep_alive
from runtime.settings import Settings

_LEFTOVER_DEADLINE_S = 5.0
# A process counts its own deadline from the signal on; the supervisor grants it a little more before it kills.
_GRACE_S = 2.0


class Stack:
    """Everything that runs on one machine, started in order and stopped in reverse.

    The children end when the thread that started them ends: start from one that lives as long as they shall.

    Args:
        state_dir: where data, logs and secrets lie; made when it does not exist.
        settings: what is set there explicitly (AMQP_URL and MONGO_URL above all) is used, the rest is arranged here.
        counts: how many of a kind, one where nothing is said.
        environment: further variables for every process.
        standard_ports: try the usual ports first; tests rather keep away from them.
        management: run RabbitMQ's management plugin.
        kinds: what to run.
        backoff: pauses before restarts.
    """

    def __init__(
        self,
        state_dir: Path,
        settings: Settings,
        counts: Mapping[str, int] | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        standard_ports: bool = True,
        management: bool = True,
        kinds: Sequence[ProcessKind] = KINDS,
        backoff: Backoff = Backoff(),  # noqa: B008 - a frozen value
    ) -> None:
        self.state_dir = state_dir.resolve()
        self._settings = settings
        self._counts = {kind.name: 1 for kind in kinds} | dict(counts or {})
        self._extra = dict(environment or {})
        given = settings.model_fields_set
        self.services = EmbeddedServices(
            self.state_dir,
            amqp_url=settings.amqp_url.get_secret_value() if "amqp_url" in given else None,
            mongo_url=settings.mongo_url.get_secret_value() if "mongo_url" in given else None,
            standard_ports=standard_ports,
            management=management,
        )
        if standard_ports:
            self.services.ports.prefer({f"{kind.name}-0": kind.http_port for kind in kinds if kind.http_port})
        self.log_directory = self.state_dir / "logs"
        self.processes = ProcessGroup(
            kinds,
            directory=self.state_dir / "processes",
            log_directory=self.log_directory,
            ports=self.services.ports,
            changed=self._write_file,
            backoff=backoff,
        )
        self._backoff = backoff
        self._lock = StateLock(self.state_dir / "stack.lock")
        self._watches: list[asyncio.Task[None]] = []
        self._complete = False

    async def start(self) -> StackInfo:
        """Start everything and wait until every process is ready.

        Raises:
            SetupFault: another stack runs over this directory, or something is missing or does not start.
            Unavailable: a given service does not answer.
        """
        self._lock.acquire("Switchboard runs over this state directory already")
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        return self.info

    @property
    def info(self) -> StackInfo:
        """Where the stack answers; valid after `start`."""
        endpoints = self.services.endpoints
        pid, started = supervisor()
        return StackInfo(
            gateway_url=self.processes.url_of("gateway"),
            console_url=self.processes.url_of("console"),
            amqp_url=endpoints.amqp_url,
            mongo_url=endpoints.mongo_url,
            management_url=endpoints.management_url,
            sandbox_url=self.processes.url_of(SANDBOX.name) or None,
            token_file=self._token_file,
            log_directory=self.log_directory,
            health_urls={member.name: member.health_url for member in self.processes.members},
            pids={member.name: member.pid for member in self.processes.members if member.pid},
            supervisor_pid=pid,
            supervisor_started=started,
        )

    async def stop(self) -> None:
        """Stop what takes in work, then the other processes, then the services; no process remains."""
        self._complete = False
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        self._watches.clear()
        try:
            await self.processes.stop(self._settings.stop_deadline_s + _GRACE_S)
        finally:
            await self.services.stop()
            forget_stack(self.state_dir)
            self._lock.release()

    async def _start(self) -> None:
        await leftovers.end_leftovers(self.processes.directory, _LEFTOVER_DEADLINE_S)
        forget_stack(self.state_dir)
        self.log_directory.mkdir(exist_ok=True, mode=0o700)
        endpoints = await self.services.start()
        self._watches = [asyncio.create_task(keep_alive(one, self._backoff)) for one in self.services.own]
        self.processes.environment = self._environment(endpoints)
        await self.processes.start(self._counts)
        self._complete = True
        self._write_file()

    def _write_file(self) -> None:
        if self._complete:
            self.info.write(self.state_dir)

    @property
    def _token_file(self) -> Path:
        return self._settings.console_token_file or self.state_dir / "console.token"

    @property
    def _journal_directory(self) -> Path:
        given = "journal_dir" in self._settings.model_fields_set
        return self._settings.journal_dir.resolve() if given else self.state_dir / "journal"

    def _environment(self, endpoints: Endpoints) -> dict[str, str]:
        key_file = self._settings.secret_key_file or keys.ensure_secret_key(self.state_dir / "secret.key")
        if self._settings.console_token_file is None:
            keys.ensure_token(self._token_file)
        own = {
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": os.pathsep.join(_import_path()),
            "AMQP_URL": endpoints.amqp_url,
            "MONGO_URL": endpoints.mongo_url,
            "SWITCHBOARD_DATABASE": self._settings.database,
            "SWITCHBOARD_PUBLIC_URL": self._url_of("public_url", "gateway-0"),
            "SWITCHBOARD_CONSOLE_PUBLIC_URL": self._url_of("console_public_url", "console-0"),
            "SWITCHBOARD_ALLOWED_HOSTS": self._allowed_hosts(),
            "SWITCHBOARD_SANDBOX_NUMBERS_FILE": str(self.state_dir / "sandbox.json"),
            "SWITCHBOARD_SECRET_KEY_FILE": str(key_file),
            "SWITCHBOARD_CONSOLE_TOKEN_FILE": str(self._token_file),
            "SWITCHBOARD_JOURNAL_DIR": str(self._journal_directory),
        }
        return {**os.environ, **own, **self._extra}

    def _url_of(self, setting: str, process: str) -> str:
        """The base URL under which others reach a process: as it is set, or where it listens on this machine."""
        if setting in self._settings.model_fields_set:
            return str(getattr(self._settings, setting))
        return f"http://{LOOPBACK}:{self.services.ports.choose(process)}"

    def _allowed_hosts(self) -> str:
        """The sandbox is called like a provider, and is on this machine."""
        own = [LOOPBACK] if self._counts.get(SANDBOX.name) else []
        return ",".join(filter(None, [self._settings.allowed_hosts, *own]))


def _import_path() -> list[str]:
    """Our packages may be a source tree that is not installed; the children import them from where we did."""
    own = str(Path(runtime.__file__).resolve().parent.parent)
    return [own, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
