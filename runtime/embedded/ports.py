"""Chooses free ports on loopback and remembers them, so that a restart has the same addresses again."""

import json
import secrets
import socket
from pathlib import Path

from contracts.errors import SetupFault

LOOPBACK = "127.0.0.1"
# Below the ports that Linux hands to outgoing connections (32768 and up): a client cannot take one of ours meanwhile.
_FIRST, _LAST = 15000, 31999
_TRIES = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on the port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


class PortBook:
    """The ports of one state directory by name, kept in a file.

    Args:
        path: the file; it is made when the first port is chosen.
        preferred: ports to try when none is remembered.
    """

    def __init__(self, path: Path, preferred: dict[str, int] | None = None) -> None:
        self._path = path
        self._preferred = dict(preferred or {})
        self._ports: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        self._given: dict[str, int] = {}

    def prefer(self, ports: dict[str, int]) -> None:
        """Add preferred ports by name."""
        self._preferred |= ports

    def choose(self, name: str) -> int:
        """A port that is free now: the one remembered under the name, the preferred one or another.

        Raises:
            SetupFault: hardly any port of the machine is free.
        """
        for port in self._candidates(name):
            if port not in self._taken_by_others(name) and is_free(port):
                self._remember(name, port)
                return port
        raise SetupFault(f"no free port was found between {_FIRST} and {_LAST} on {LOOPBACK}; stop what uses them")

    def _candidates(self, name: str) -> list[int]:
        known = [port for port in (self._ports.get(name), self._preferred.get(name)) if port]
        return known + [_FIRST + secrets.randbelow(_LAST - _FIRST + 1) for _ in range(_TRIES)]

    def _taken_by_others(self, name: str) -> set[int]:
        return {port for other, port in self._given.items() if other != name}

    def _remember(self, name: str, port: int) -> None:
        self._given[name] = port
        if self._ports.get(name) != port:
            self._ports[name] = port
            self._path.write_text(json.dumps(self._ports, indent=2, sort_keys=True))
