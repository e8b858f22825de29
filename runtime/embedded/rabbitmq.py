"""A private RabbitMQ node: its data, configuration, cookie, ports and epmd belong to one directory."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import SetupFault, SwitchboardError
from runtime.embedded import leftovers, programs
from runtime.embedded.amqp_probe import broker_version
from runtime.embedded.child import Child
from runtime.embedded.epmd import Epmd
from runtime.embedded.ports import LOOPBACK, PortBook
from runtime.logging import get_logger

log = get_logger(__name__)

# The host name of the machine may change; the name of the node is part of its data and must not.
_NODE = "switchboard"
_HOST = "localhost"
_START_DEADLINE_S = 90.0
_STOP_DEADLINE_S = 30.0
_POLL_S = 0.1
# Without these, idle schedulers spin for a while before they sleep, which two cores cannot spare.
_ERLANG_FLAGS = "+sbwt none +sbwtdcpu none +sbwtdio none -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"
_CONFIGURATION = """\
listeners.tcp.1 = {host}:{amqp}
disk_free_limit.absolute = 200MB
vm_memory_high_watermark.absolute = 1GiB
log.file.level = warning
"""
_MANAGEMENT = """\
management.tcp.ip = {host}
management.tcp.port = {management}
"""
_CLUSTER = """\
cluster_formation.peer_discovery_backend = classic_config
cluster_partition_handling = pause_minority
"""


@dataclass(frozen=True, slots=True)
class Membership:
    """What a node must know to be one of several.

    `name` is its own, without the host; `names` are those of all. They share one epmd and one cookie.
    """

    name: str
    names: Sequence[str]
    epmd: Epmd
    cookie: str


class RabbitMQ:
    """One node. `start` after `stop` or `kill` brings it back on the same ports with the same data.

    `wanted` is true from a successful start to the next stop or kill: an end in between is an accident.

    Args:
        directory: where everything of the node lies.
        ports: gives its ports, under the names `amqp`, `management`, `erlang` and `epmd`; in a cluster the first three
            under its own name, as in `rabbit1.amqp`.
        management: whether to run the management plugin; without it a stop takes 1 s instead of 6.
        cluster: of which cluster it is one node; None for a node that stands alone.
    """

    name = "rabbitmq"

    def __init__(
        self, directory: Path, ports: PortBook, *, management: bool = True, cluster: Membership | None = None
    ) -> None:
        self.directory = directory.resolve()
        self.wanted = False
        self._book = ports
        self._management = management
        self._cluster = cluster
        self._ports: dict[str, int] = {}
        self._node: Child | None = None
        self._epmd = cluster.epmd if cluster else Epmd(self.directory, ports)

    @property
    def url(self) -> str:
        """The AMQP URL; valid from the first start on. RabbitMQ admits `guest` from the loopback address only."""
        return f"amqp://guest:guest@{LOOPBACK}:{self._ports['amqp']}/"

    @property
    def management_url(self) -> str | None:
        """The address of the management plugin's API and pages; None without the plugin."""
        return f"http://{LOOPBACK}:{self._ports['management']}" if self._management else None

    @property
    def pid(self) -> int | None:
        """The pid of the running node's script."""
        return self._node.pid if self._node else None

    @property
    def node_name(self) -> str:
        """The node's name as its cluster knows it."""
        return f"{self._cluster.name if self._cluster else _NODE}@{_HOST}"

    async def start(self) -> None:
        """Start the node and wait until it accepts a login.

        Raises:
            SetupFault: RabbitMQ is not installed, or the node ends or is not ready within 90 s.
        """
        server = programs.find_rabbitmq()
        await self._clear_leftovers()
        self._prepare()
        await self._epmd.start()
        self._node = Child((str(server),), self._environment(), self.directory, self.directory / "rabbitmq.log")
        await self._node.start()
        await self._ready(self._node)
        self.wanted = True

    async def stop(self) -> None:
        """Stop the node, and its epmd unless that is the cluster's; whatever has not ended after 30 s is killed."""
        self.wanted = False
        if self._node is not None:
            await self._node.stop(_STOP_DEADLINE_S)
        if self._cluster is None:
            await self._epmd.stop(_STOP_DEADLINE_S)
        if not await leftovers.wait_until_gone(self.directory, deadline_s=3):
            await leftovers.kill_all(self.directory)

    async def kill(self) -> None:
        """`kill -9` to the node; its epmd, which is a service of the machine in real life, goes on."""
        self.wanted = False
        if self._node is not None:
            await self._node.kill()

    async def restart(self) -> None:
        """Stop, and start on the same ports."""
        await self.stop()
        await self.start()

    def pause(self) -> None:
        """Freeze the node: connections stay open and nothing answers (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused node go on (SIGCONT)."""
        self._signal(signal.SIGCONT)

    async def wait(self) -> None:
        """Wait until the node has ended; at once when it is not running."""
        if self._node is not None:
            await self._node.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._node is not None:
            self._node.signal(number)

    async def _clear_leftovers(self) -> None:
        own_epmd_runs = self._cluster is None and self._epmd.running
        if not own_epmd_runs and await leftovers.end_leftovers(self.directory, _STOP_DEADLINE_S):
            log.warning("embedded.leftovers_ended", service=self.name)

    def _prepare(self) -> None:
        home = self.directory / "home"
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._ports:
            prefix = f"{self._cluster.name}." if self._cluster else ""
            self._ports = {name: self._book.choose(prefix + name) for name in ("amqp", "management", "erlang")}
        if self._cluster:
            self._write_cookie(home / ".erlang.cookie", self._cluster.cookie)
        configuration = _CONFIGURATION + (_MANAGEMENT if self._management else "") + self._peers()
        self._write("rabbitmq.conf", configuration.format(host=LOOPBACK, **self._ports))
        self._write("enabled_plugins", "[rabbitmq_management].\n" if self._management else "[].\n")

    def _peers(self) -> str:
        if self._cluster is None:
            return ""
        nodes = (
            f"cluster_formation.classic_config.nodes.{number} = {name}@{_HOST}\n"
            for number, name in enumerate(self._cluster.names, 1)
        )
        return _CLUSTER + "".join(nodes)

    def _write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)

    @staticmethod
    def _write_cookie(path: Path, cookie: str) -> None:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(cookie)
            path.chmod(0o400)  # Erlang refuses one that others may read

    def _environment(self) -> dict[str, str]:
        """RabbitMQ reads its own variables; none of the caller's may slip in. HOME holds the Erlang cookie."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(self.directory / "home"),
            "ERL_EPMD_PORT": str(self._epmd.port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": self.node_name,
            "RABBITMQ_DIST_PORT": str(self._ports["erlang"]),
            "RABBITMQ_MNESIA_BASE": str(self.directory / "data"),
            "RABBITMQ_LOG_BASE": str(self.directory / "log"),
            "RABBITMQ_CONFIG_FILE": str(self.directory / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.directory / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG_FLAGS,
            "ERL_CRASH_DUMP": str(self.directory / "log" / "erl_crash.dump"),
        }

    async def _ready(self, node: Child) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_START_DEADLINE_S):
                while node.running:
                    with contextlib.suppress(SwitchboardError):
                        version = await broker_version(self.url)
                        log.info("embedded.ready", service=self.name, version=version, port=self._ports["amqp"])
                        return
                    await asyncio.sleep(_POLL_S)
        raise SetupFault(f"RabbitMQ did not start; its log is {node.log_path}, which ends: {node.last_words()}")
