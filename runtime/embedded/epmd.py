"""Erlang's port mapper for private RabbitMQ nodes: one for a node that stands alone, one for all nodes of a cluster."""

import os
from pathlib import Path

from runtime.embedded import programs
from runtime.embedded.child import Child
from runtime.embedded.ports import LOOPBACK, PortBook


class Epmd:
    """One epmd on the loopback address; what it runs in is marked as belonging to `directory`.

    Args:
        ports: gives its port, under the name `epmd`.
    """

    def __init__(self, directory: Path, ports: PortBook) -> None:
        self._directory = directory
        self._book = ports
        self._port: int | None = None
        self._child: Child | None = None

    @property
    def port(self) -> int:
        """Its port, chosen when it is first asked for."""
        self._port = self._port or self._book.choose("epmd")
        return self._port

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._child is not None and self._child.running

    async def start(self) -> None:
        """Start it unless it runs.

        Raises:
            SetupFault: Erlang is not installed.
        """
        if self.running:
            return
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        command = (str(programs.find_epmd()), "-port", str(self.port), "-address", LOOPBACK)
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
        self._child = Child(command, environment, self._directory, self._directory / "epmd.log")
        await self._child.start()

    async def stop(self, deadline_s: float) -> None:
        """Stop it; it is killed if it has not ended after so many seconds."""
        if self._child is not None:
            await self._child.stop(deadline_s)
