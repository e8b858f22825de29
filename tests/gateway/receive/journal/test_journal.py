"""The journal on real files: in order, durable before anybody is told, and honest about a disk that is full."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.errors import Unavailable
from gateway.receive.journal import Kind
from gateway.receive.journal import journal as journal_module
from gateway.receive.journal.directory import SUFFIX
from gateway.receive.journal.records import Record, encode
from tests.gateway.receive.journal.conftest import Disk, Opened, opened

WRITER = """
import asyncio, sys
from pathlib import Path
from tests.gateway.receive.journal.conftest import Opened

async def write():
    process = Opened(Path(sys.argv[1]))
    await process.open()
    number = 0
    while True:
        await asyncio.gather(*(process.append(str(number + one)) for one in range(20)))
        number += 20
        print(number, flush=True)

asyncio.run(write())
"""
ROOT = Path(__file__).parents[4]


def segments(path: Path) -> list[Path]:
    return sorted(path.glob(f"*{SUFFIX}"))


def files(path: Path) -> list[Path]:
    return sorted(path.iterdir())


async def test_what_is_appended_is_read_in_order_and_forgotten(tmp_path: Path) -> None:
    async with opened(tmp_path) as process:
        await process.append("a", "b")
        await process.append("c")
        assert process.journal.size > 0
        assert await process.drain() == ["a", "b", "c"]

        assert (process.journal.empty, process.journal.size) == (True, 0)
        assert segments(tmp_path) == []


async def test_events_and_letters_keep_their_kind(tmp_path: Path) -> None:
    async with opened(tmp_path) as process:
        await process.append("a")
        await process.journal.append(Kind.LETTER, [b"b"])
        reading = await process.journal.read()
        assert reading is not None
        assert [record.kind for record in reading.records] == [Kind.EVENT, Kind.LETTER]
    assert process.metric("switchboard_journaled_total", kind="letter") == 1


async def test_one_fsync_serves_all_who_wait(tmp_path: Path) -> None:
    async with opened(tmp_path) as process:
        await asyncio.gather(*(process.append(str(number)) for number in range(200)))
        commits = process.metric("switchboard_journal_commit_seconds_count")
        assert commits <= 2
        assert await process.drain() == [str(number) for number in range(200)]


async def test_nobody_is_told_before_the_fsync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    original = os.fdatasync

    def watched(descriptor: int) -> None:
        original(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fdatasync", watched)
    async with opened(tmp_path) as process:
        await process.append("a")
        assert synced == [segments(tmp_path)[0].stat().st_size]


async def test_a_backlog_lies_in_many_segments_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "SEGMENT_BYTES", 400)
    bodies = [f"{number:050d}" for number in range(60)]
    async with opened(tmp_path) as process:
        await asyncio.gather(*map(process.append, bodies[:30]))
        for body in bodies[30:]:
            await process.append(body)
        assert len(segments(tmp_path)) > 8
        assert max(path.stat().st_size for path in segments(tmp_path)) < 500
        assert await process.drain() == bodies


async def test_what_comes_while_it_is_drained_is_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as process:
        await process.append("a")
        reading = await process.journal.read()
        await process.append("b")
        assert reading is not None
        await process.journal.forget(reading)

        assert await process.drain() == ["b"]
        assert process.journal.empty


async def test_what_is_written_between_the_wish_to_read_and_the_reading_is_read_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as process:
        await process.append("a")
        appending = asyncio.create_task(process.append("b"))
        await asyncio.sleep(0)
        assert await process.drain(1) + await process.drain() == ["a", "b"]
        await appending


async def test_the_next_process_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    async with opened(tmp_path) as process:
        await process.append("a")
        reading = await process.journal.read()
        await process.append("b")
        assert reading is not None
        await process.journal.forget(reading)
    async with opened(tmp_path) as process:
        assert not process.journal.empty
        await process.append("c")
        assert await process.drain() == ["b", "c"]


async def test_what_was_answered_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    writer = subprocess.Popen(  # noqa: ASYNC220, S603 - our own program
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, env=environment, text=True
    )
    assert writer.stdout is not None
    for _ in range(30):
        told = int(await asyncio.to_thread(writer.stdout.readline))
    writer.send_signal(signal.SIGKILL)
    told = max([told, *map(int, writer.stdout.read().split())])
    writer.wait()
    writer.stdout.close()

    async with opened(tmp_path) as process:
        found = list(map(int, await process.drain()))
    assert found == list(range(len(found)))
    assert len(found) >= told >= 600


@pytest.mark.parametrize("cut", [1, 10, 30, 60])
async def test_a_torn_last_record_costs_nothing_before_it(tmp_path: Path, cut: int) -> None:
    async with opened(tmp_path) as process:
        await process.append("a", "b")
    with segments(tmp_path)[0].open("ab") as file:
        file.write(encode(Record(Kind.EVENT, 1, b"x" * 60))[:cut])

    async with opened(tmp_path) as process:
        await process.append("c")
        assert await process.drain() == ["a", "b", "c"]
        assert process.metric("switchboard_journal_damaged_bytes_total") == 0
    assert [path.name for path in files(tmp_path)] == ["lock"]


async def test_damage_costs_its_record_and_the_file_is_kept_for_a_person(tmp_path: Path) -> None:
    async with opened(tmp_path) as process:
        await process.append("first", "second", "third")
    (path,) = segments(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"second", b"sec0nd"))

    async with opened(tmp_path) as process:
        assert await process.drain() == ["first", "third"]
        assert process.metric("switchboard_journal_damaged_bytes_total") > 6
        assert process.journal.empty
    assert b"sec0nd" in path.with_suffix(".damaged").read_bytes()


@pytest.mark.parametrize("header", [b"", b"SWJRNL1\n", bytes(20), b"SWJRNL1\n" + b"\xff" * 12])
async def test_a_damaged_header_means_that_everything_is_drained_again(tmp_path: Path, header: bytes) -> None:
    async with opened(tmp_path) as process:
        await process.append("a", "b")
    (path,) = segments(tmp_path)
    path.write_bytes(header + path.read_bytes()[len(header) :])

    async with opened(tmp_path) as process:
        assert await process.drain() == ["a", "b"]


async def test_a_file_without_a_whole_header_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / f"{1:016d}{SUFFIX}").write_bytes(b"SWJ")
    async with opened(tmp_path) as process:
        assert await process.drain() == []
        assert process.journal.empty


async def test_a_journal_that_holds_all_it_may_refuses_until_it_is_drained(tmp_path: Path) -> None:
    async with opened(tmp_path, most_bytes=300) as process:
        await process.append("x" * 200)
        with pytest.raises(Unavailable, match="holds all of its 300 bytes"):
            await process.append("y" * 200)
        assert await process.drain() == ["x" * 200]
        await process.append("y" * 200)


async def test_a_full_disk_refuses_keeps_what_it_took_and_takes_again_when_there_is_room(small_disk: Disk) -> None:
    async with opened(small_disk.path / "0") as process:
        await process.append("before")
        small_disk.fill()
        with pytest.raises(Unavailable, match="the journal cannot be written"):
            await process.append("x" * 8192)
        with pytest.raises(Unavailable, match="the journal cannot be written"):
            await process.journal.check()
        small_disk.free()
        await process.journal.check()
        await process.append("after")
        assert await process.drain() == ["before", "after"]
        assert process.journal.empty


async def test_a_full_disk_leaves_an_empty_journal_empty(small_disk: Disk) -> None:
    async with opened(small_disk.path / "0") as process:
        small_disk.fill()
        with pytest.raises(Unavailable):
            await process.append("x" * 8192)
        process.pass_(60)
        assert process.journal.empty
        assert process.metric("switchboard_journal_oldest_seconds") == 0
        small_disk.free()


async def test_a_fault_of_ours_is_heard_by_who_waits_and_the_next_write_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise ValueError("odd")

    async with opened(tmp_path) as process:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", broken)
            with pytest.raises(Unavailable, match="could not be written"):
                await process.append("a")
        await process.append("b")
        assert (await process.drain())[-1] == "b"


async def test_who_goes_away_does_not_take_the_others_along(tmp_path: Path) -> None:
    async with opened(tmp_path) as process:
        first, second = (asyncio.create_task(process.append(body)) for body in "ab")
        await asyncio.sleep(0)
        first.cancel()
        await second
        await process.append("c")
        assert await process.drain() == ["a", "b", "c"]


async def test_age_and_size_are_those_of_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "SEGMENT_BYTES", 1)
    process = Opened(tmp_path)
    await process.open()
    await process.append("a")
    process.pass_(60)
    await process.append("b")
    process.pass_(5)
    assert process.metric("switchboard_journal_oldest_seconds") == 65
    assert process.metric("switchboard_journal_bytes") == process.journal.size > 0
    await process.journal.stop()

    again = Opened(tmp_path, now=process.now)
    await again.open()
    assert again.metric("switchboard_journal_oldest_seconds") == 65
    assert await again.drain(1) == ["a"]
    await again.journal.read()
    assert again.metric("switchboard_journal_oldest_seconds") == 5
    await again.drain()
    assert (again.metric("switchboard_journal_oldest_seconds"), again.metric("switchboard_journal_bytes")) == (0, 0)
    await again.journal.stop()
