import socket
from pathlib import Path

import pytest

from contracts.errors import SetupFault
from runtime.embedded import ports
from runtime.embedded.lock import StateLock
from runtime.embedded.ports import PortBook


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_preferred_port_is_taken_when_it_is_free(tmp_path: Path) -> None:
    port = free_port()
    assert PortBook(tmp_path / "ports.json", {"amqp": port}).choose("amqp") == port


def test_a_preferred_port_in_use_gives_way_to_another_which_is_remembered(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        preferred = {"amqp": int(server.getsockname()[1])}
        other = PortBook(tmp_path / "ports.json", preferred).choose("amqp")
        assert other != preferred["amqp"]
    assert PortBook(tmp_path / "ports.json", preferred).choose("amqp") == other


def test_two_names_never_get_the_same_port(tmp_path: Path) -> None:
    port = free_port()
    book = PortBook(tmp_path / "ports.json", {"one": port, "two": port})
    assert book.choose("one") != book.choose("two")
    assert book.choose("one") == port


def test_no_free_port_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _port: False)
    with pytest.raises(SetupFault, match="no free port"):
        PortBook(tmp_path / "ports.json").choose("amqp")


def test_a_lock_is_held_by_one_and_free_after_its_release(tmp_path: Path) -> None:
    first, second = StateLock(tmp_path / "lock"), StateLock(tmp_path / "lock")
    first.acquire("taken")
    with pytest.raises(SetupFault, match="taken"):
        second.acquire("taken")
    first.release()
    second.acquire("taken")
    second.release()
