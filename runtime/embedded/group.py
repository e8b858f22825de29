"""The processes of a stack: how many of each kind, started together, stopped in two waves."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from contracts.errors import SetupFault
from runtime.embedded import leftovers
from runtime.embedded.ports import PortBook
from runtime.embedded.processes import ProcessKind, SwitchboardProcess
from runtime.embedded.supervision import Backoff


class ProcessGroup:
    """The processes of a stack; tests kill and add some here.

    Args:
        kinds: what can be started.
        directory: what the processes belong to, see `leftovers`.
        log_directory: where `<name>-<index>.log` lie.
        ports: gives the processes their ports.
        changed: called after each start of a process.
        backoff: pauses before restarts.
    """

    def __init__(
        self,
        kinds: Sequence[ProcessKind],
        *,
        directory: Path,
        log_directory: Path,
        ports: PortBook,
        changed: Callable[[], None],
        backoff: Backoff,
    ) -> None:
        self.members: list[SwitchboardProcess] = []
        self.environment: Mapping[str, str] = {}
        self.directory = directory
        self._kinds = {kind.name: kind for kind in kinds}
        self._log_directory = log_directory
        self._ports = ports
        self._changed = changed
        self._backoff = backoff

    async def start(self, counts: Mapping[str, int]) -> None:
        """Start so many of each kind, at the same time, and wait until they are ready.

        Raises:
            SetupFault: a kind is unknown, or a process does not become ready.
        """
        added = [self._add(name) for name, count in counts.items() for _ in range(count)]
        try:
            async with asyncio.TaskGroup() as group:
                for member in added:
                    group.create_task(member.start())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from errors

    async def start_one(self, kind: str) -> SwitchboardProcess:
        """Start one more of a kind and wait until it is ready.

        Raises:
            SetupFault: the kind is unknown, or the process does not become ready.
        """
        member = self._add(kind)
        await member.start()
        return member

    def get(self, kind: str, index: int = 0) -> SwitchboardProcess:
        """The process of a kind with this number; KeyError when there is none."""
        for member in self.members:
            if (member.kind.name, member.index) == (kind, index):
                return member
        raise KeyError(f"{kind}-{index}")

    async def kill(self, kind: str, index: int = 0, *, restart: bool = True) -> None:
        """`kill -9`; without `restart` it stays dead."""
        await self.get(kind, index).kill(restart=restart)

    async def stop_one(self, kind: str, index: int = 0, deadline_s: float = 20.0) -> None:
        """Stop one with SIGTERM; it stays stopped and leaves the group."""
        member = self.get(kind, index)
        await member.stop(deadline_s)
        self.members.remove(member)
        self._changed()

    async def stop(self, deadline_s: float) -> None:
        """Stop those that serve HTTP, then the others; each wave has so many seconds before SIGKILL."""
        doors = [member for member in self.members if member.kind.http_port is not None]
        await _stop_all(doors, deadline_s)
        await _stop_all([member for member in self.members if member not in doors], deadline_s)
        self.members.clear()
        await leftovers.end_leftovers(self.directory, deadline_s=1)

    def url_of(self, kind: str) -> str:
        """The URL that the first process of the kind serves; empty when none runs."""
        return next((member.url for member in self.members if member.kind.name == kind), "")

    def _add(self, name: str) -> SwitchboardProcess:
        if name not in self._kinds:
            raise SetupFault(f"there is no kind of process called {name}; there are {', '.join(self._kinds)}")
        taken = [member.index for member in self.members if member.kind.name == name]
        member = SwitchboardProcess(
            self._kinds[name],
            max(taken, default=-1) + 1,
            environment=self.environment,
            directory=self.directory,
            log_directory=self._log_directory,
            ports=self._ports,
            started=self._changed,
            backoff=self._backoff,
        )
        self.members.append(member)
        return member


async def _stop_all(members: Iterable[SwitchboardProcess], deadline_s: float) -> None:
    await asyncio.gather(*(member.stop(deadline_s) for member in members))
