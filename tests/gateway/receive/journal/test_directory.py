"""Whose journal is whose, and who may read it."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.errors import SetupFault
from gateway.receive.journal.directory import InUse, JournalDirectory, claim, journals
from tests.gateway.receive.journal.conftest import opened


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def unwritable(*_arguments: object, **_named: object) -> int:
    raise OSError(errno.ENOSPC, "no space")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("open_umask")
async def test_nobody_but_the_owner_may_read_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal" / "0"
    async with opened(path) as process:
        await process.append("hello")
        assert mode(path) == 0o700
        assert {mode(file) for file in path.glob("*.journal")} == {0o600}


def test_gateways_take_a_directory_each(tmp_path: Path) -> None:
    first, second = claim(tmp_path, "a"), claim(tmp_path, "a")
    assert [first.path.name, second.path.name] == ["0", "1"]
    first.release()
    again = claim(tmp_path, "a")
    assert again.path.name == "0"
    again.release()
    second.release()


async def test_gateways_that_come_again_take_their_own_in_whatever_order_and_whatever_was_left_elsewhere(
    tmp_path: Path,
) -> None:
    for one in [claim(tmp_path, holder) for holder in ("a", "b", "c")]:
        one.release()
    async with opened(tmp_path / "0") as process:
        await process.append("left by a")
    again = {holder: claim(tmp_path, holder) for holder in ("c", "b", "a")}
    assert {holder: one.path.name for holder, one in again.items()} == {"a": "0", "b": "1", "c": "2"}
    for one in again.values():
        one.release()


def test_a_gateway_takes_a_journal_whose_holder_it_cannot_note_or_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim(tmp_path, "a").release()
    (tmp_path / "0" / "holder").write_bytes(b"\xff")
    monkeypatch.setattr(Path, "write_text", unwritable)
    taken = claim(tmp_path, "a")
    assert taken.path.name == "0"
    taken.release()


async def test_a_journal_that_was_left_is_taken_before_an_empty_one(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "lock").touch()
    async with opened(tmp_path / "10") as process:
        await process.append("left")
    taken = claim(tmp_path, "a")
    assert taken.path.name == "10"
    taken.release()


def test_a_journal_is_used_by_one_process_only(tmp_path: Path) -> None:
    first = JournalDirectory(tmp_path)
    first.acquire()
    with pytest.raises(InUse, match="another process uses this journal"):
        JournalDirectory(tmp_path).acquire()
    first.release()


def test_a_place_where_no_directory_can_be_made_is_said_at_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupFault, match="cannot be used: Not a directory"):
        claim(tmp_path / "file" / "journal", "a")


async def test_segments_are_numbered_on_and_other_files_are_left_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as process:
        await process.append("a")
    (tmp_path / "notes.journal").write_text("not ours")
    async with opened(tmp_path) as process:
        await process.append("b")
        assert await process.drain(1) == ["a"]
    async with opened(tmp_path) as process:
        await process.append("c")
        assert await process.drain() == ["b", "c"]
    assert (tmp_path / "notes.journal").read_text() == "not ours"


def test_journals_are_found_by_themselves_and_under_a_directory(tmp_path: Path) -> None:
    for name in ("0", "1"):
        directory = JournalDirectory(tmp_path / name)
        directory.acquire()
        directory.release()
    assert journals(tmp_path) == [tmp_path / "0", tmp_path / "1"]
    assert journals(tmp_path / "1") == [tmp_path / "1"]
    assert journals(tmp_path / "2") == []
