import asyncio
import signal
import sys
from pathlib import Path

from runtime.embedded import leftovers
from runtime.embedded.child import Child

IGNORES_SIGTERM = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"


def make(tmp_path: Path, program: str) -> Child:
    command = (sys.executable, "-u", "-c", program)
    return Child(command, {}, tmp_path, tmp_path / "child.log")


async def said(child: Child, word: str) -> None:
    for _ in range(200):
        if word in child.last_words():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(child.last_words())


async def test_what_ignores_sigterm_is_killed_after_the_deadline(tmp_path: Path) -> None:
    child = make(tmp_path, IGNORES_SIGTERM)
    await child.start()
    await said(child, "up")
    assert await child.stop(deadline_s=0.2) is False
    assert child.exit_status == -signal.SIGKILL


async def test_a_paused_child_stops_within_the_deadline(tmp_path: Path) -> None:
    child = make(tmp_path, "import time; print('up'); time.sleep(60)")
    await child.start()
    await said(child, "up")
    child.signal(signal.SIGSTOP)
    assert await child.stop(deadline_s=5) is True
    assert not child.running


async def test_last_words_are_the_end_of_the_log(tmp_path: Path) -> None:
    child = make(tmp_path, "print('one\\n\\ntwo\\nthree\\nfour')")
    await child.start()
    await child.wait()
    assert child.last_words() == "two | three | four"


async def test_leftovers_of_a_directory_are_ended_and_others_spared(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    left_over, other = make(ours, IGNORES_SIGTERM), make(theirs, IGNORES_SIGTERM)
    for child in (left_over, other):
        await child.start()
        await said(child, "up")
    left_over.signal(signal.SIGSTOP)

    assert await leftovers.end_leftovers(ours, deadline_s=0.2) == 1
    await left_over.wait()
    assert leftovers.belonging_to(ours) == []
    assert [process.pid for process in leftovers.belonging_to(theirs)] == [other.pid]
    await other.kill()


async def test_a_command_whose_parent_is_another_does_not_run(tmp_path: Path) -> None:
    tether = Path(leftovers.__file__).with_name("tether.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(tether), "9", "1", "/bin/echo", "ran", stdout=-1, stderr=-1, cwd=tmp_path
    )
    output, errors = await process.communicate()
    assert (output, process.returncode) == (b"", 1)
    assert b"the parent of this command has ended" in errors
