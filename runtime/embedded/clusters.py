"""Private clusters on one machine: RabbitMQ nodes that form one broker, mongods that form one replica set.

For tests and trials of what happens when a member dies. A real cluster has a machine for each member.
"""

import asyncio
import secrets
from pathlib import Path

from runtime.embedded import leftovers
from runtime.embedded.epmd import Epmd
from runtime.embedded.mongodb import REPLICA_SET, MongoDB
from runtime.embedded.ports import PortBook
from runtime.embedded.rabbitmq import Membership, RabbitMQ
from runtime.store.replica_set import ensure_members, primary_of

_FORM_DEADLINE_S = 60.0
_STOP_DEADLINE_S = 30.0
_ELECTION_S = 3.0


class RabbitMQCluster:
    """Several nodes with one epmd and one cookie. A member is stopped, killed and started again by itself.

    Args:
        directory: everything of all nodes lies below it.
        size: how many nodes.
    """

    def __init__(self, directory: Path, size: int = 3) -> None:
        self._directory = directory.resolve()
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        ports = PortBook(self._directory / "ports.json")
        self._epmd = Epmd(self._directory / "epmd", ports)
        names = [f"rabbit{number}" for number in range(size)]
        cookie = secrets.token_hex(16)
        self.members = [
            RabbitMQ(
                self._directory / name, ports, management=False, cluster=Membership(name, names, self._epmd, cookie)
            )
            for name in names
        ]

    @property
    def url(self) -> str:
        """One URL that names all members; valid from the first start on."""
        first, *others = [member.url for member in self.members]
        hosts = "".join("," + url.rpartition("@")[2].rstrip("/") for url in others)
        return f"{first.rstrip('/')}{hosts}/"

    async def start(self) -> None:
        """Start the nodes together, for they look for one another, and wait until all accept a login.

        Raises:
            SetupFault: RabbitMQ is not installed, or a node is not ready within 90 s.
        """
        await self._epmd.start()
        await asyncio.gather(*(member.start() for member in self.members))

    async def stop(self) -> None:
        """Stop all nodes and the epmd; no process remains."""
        await asyncio.gather(*(member.stop() for member in self.members))
        await self._epmd.stop(_STOP_DEADLINE_S)
        await leftovers.kill_all(self._directory / "epmd")


class MongoDBReplicaSet:
    """Several mongods. A member is stopped, killed and started again by itself.

    Args:
        directory: everything of all members lies below it.
        size: how many members.
    """

    def __init__(self, directory: Path, size: int = 3) -> None:
        self._directory = directory.resolve()
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        ports = PortBook(self._directory / "ports.json")
        names = [f"mongo{number}" for number in range(size)]
        self.members = [MongoDB(self._directory / name, ports, member=name, alone=False) for name in names]

    @property
    def url(self) -> str:
        """One URL that names all members; valid from the first start on."""
        return f"mongodb://{','.join(member.host for member in self.members)}/?replicaSet={REPLICA_SET}"

    async def start(self) -> None:
        """Start all members, make them a replica set, and wait until it has a primary and all have caught up.

        Raises:
            SetupFault: MongoDB is not installed, or a member does not answer.
            Unavailable: they did not become a replica set within 60 s.
        """
        await asyncio.gather(*(member.start() for member in self.members))
        hosts = [member.host for member in self.members]
        await ensure_members(hosts, REPLICA_SET, election_s=_ELECTION_S, timeout_s=_FORM_DEADLINE_S)

    async def primary(self) -> MongoDB | None:
        """The member that takes writes now; None while there is none.

        Raises:
            Unavailable: no member answers.
        """
        host = await primary_of(self.url)
        return next((member for member in self.members if member.host == host), None)

    async def stop(self) -> None:
        """Stop all members; no process remains."""
        await asyncio.gather(*(member.stop() for member in self.members))
