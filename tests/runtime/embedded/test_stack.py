import asyncio
import signal
import stat
from pathlib import Path

import httpx
import psutil
import pytest

from contracts.errors import SetupFault
from runtime.embedded import leftovers, processes
from runtime.embedded.processes import KINDS, ProcessKind
from runtime.embedded.stack import Stack
from runtime.embedded.stack_file import running_stack
from runtime.embedded.supervision import Backoff
from runtime.settings import Settings
from tests.runtime.embedded.conftest import HERE, Launch

QUICK = Backoff(first_s=0.05)
Kinds = tuple[ProcessKind, ...]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def environment_of(health_url: str) -> dict[str, str]:
    async with httpx.AsyncClient() as client:
        return dict((await client.get(f"{health_url}/environment")).json())


async def eventually_gone(pids: list[int]) -> bool:
    for _ in range(100):
        alive = [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"]
        if not alive:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_stack_is_found_while_it_runs_and_leaves_nothing_when_it_stopped(
    given: Settings, kinds: Kinds, tmp_path: Path
) -> None:
    stack = Stack(tmp_path, given, {"router": 2}, kinds=kinds, standard_ports=False)
    info = await stack.start()
    assert set(info.health_urls) == {"router-0", "router-1", "gateway-0", "console-0"}
    assert running_stack(tmp_path) == info
    assert [mode(tmp_path / name) for name in ("stack.json", "secret.key", "console.token")] == [0o600] * 3

    await stack.stop()
    assert running_stack(tmp_path) is None
    assert not (tmp_path / "stack.json").exists()
    assert await eventually_gone(list(info.pids.values()))
    assert leftovers.belonging_to(tmp_path / "processes") == []


async def test_every_process_is_told_where_everything_is(given: Settings, kinds: Kinds, tmp_path: Path) -> None:
    stack = Stack(tmp_path, given, environment={"SWITCHBOARD_PARTITIONS": "4"}, kinds=kinds, standard_ports=False)
    info = await stack.start()
    environment = await environment_of(info.health_urls["gateway-0"])
    await stack.stop()

    assert environment["AMQP_URL"] == info.amqp_url
    assert environment["MONGO_URL"] == info.mongo_url
    assert environment["SWITCHBOARD_PARTITIONS"] == "4"
    assert environment["SWITCHBOARD_PUBLIC_URL"] == info.gateway_url
    assert info.gateway_url.endswith(":" + environment["SWITCHBOARD_PORT"])
    assert environment["SWITCHBOARD_SECRET_KEY_FILE"] == str(tmp_path / "secret.key")
    assert environment["SWITCHBOARD_CONSOLE_TOKEN_FILE"] == str(info.token_file)


@pytest.mark.parametrize(("count", "hosts"), [(1, "provider.internal,127.0.0.1"), (0, "provider.internal")])
async def test_calls_to_this_machine_are_allowed_exactly_while_the_sandbox_is_on_it(
    given: Settings, kinds: Kinds, tmp_path: Path, count: int, hosts: str
) -> None:
    sandbox = ProcessKind("sandbox", kinds[0].arguments, http_port=8095)
    settings = given.model_copy(update={"allowed_hosts": "provider.internal"})
    stack = Stack(tmp_path, settings, {"sandbox": count}, kinds=(*kinds, sandbox), standard_ports=False)
    info = await stack.start()
    environment = await environment_of(info.health_urls["router-0"])
    await stack.stop()

    assert environment["SWITCHBOARD_ALLOWED_HOSTS"] == hosts
    assert environment["SWITCHBOARD_SANDBOX_NUMBERS_FILE"] == str(tmp_path / "sandbox.json")
    assert (info.sandbox_url is not None) is bool(count)
    assert ("sandbox-0" in info.pids) is bool(count)


async def test_a_restart_keeps_addresses_and_secrets(given: Settings, kinds: Kinds, tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        stack = Stack(tmp_path, given, kinds=kinds, standard_ports=False)
        info = await stack.start()
        seen.append((info.gateway_url, info.console_url, info.token_file.read_text()))
        await stack.stop()
    assert seen[0] == seen[1]


async def test_a_killed_process_is_started_again_and_its_new_pid_written_down(
    given: Settings, kinds: Kinds, tmp_path: Path
) -> None:
    stack = Stack(tmp_path, given, kinds=kinds, standard_ports=False, backoff=QUICK)
    before = (await stack.start()).pids
    await stack.processes.kill("router")
    for _ in range(100):
        found = running_stack(tmp_path)
        if found and found.pids.get("router-0", before["router-0"]) != before["router-0"]:
            break
        await asyncio.sleep(0.05)
    after = stack.info.pids
    await stack.stop()
    assert after["router-0"] != before["router-0"]
    assert after["gateway-0"] == before["gateway-0"]


async def test_a_process_that_waits_for_something_after_an_accident_is_let_wait(
    given: Settings, kinds: Kinds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = tmp_path / "waits"
    environment = {"STAND_IN_WAITS": str(waits)}
    stack = Stack(tmp_path, given, environment=environment, kinds=kinds, standard_ports=False, backoff=QUICK)
    before = (await stack.start()).pids["router-0"]
    waits.touch()
    monkeypatch.setattr(processes, "_READY_DEADLINE_S", 0.5)
    await stack.processes.kill("router")
    seen = set()
    for _ in range(40):
        seen.add(stack.processes.get("router").pid)
        await asyncio.sleep(0.05)
    await stack.stop()
    assert len(seen - {before, None}) == 1


async def test_a_process_that_is_not_ready_in_time_fails_the_first_start(
    given: Settings, kinds: Kinds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_READY_DEADLINE_S", 0.5)
    (tmp_path / "waits").touch()
    environment = {"STAND_IN_WAITS": str(tmp_path / "waits")}
    with pytest.raises(SetupFault, match="is not ready"):
        await Stack(tmp_path, given, environment=environment, kinds=kinds, standard_ports=False).start()


async def test_a_process_can_be_killed_for_good_and_another_added(
    given: Settings, kinds: Kinds, tmp_path: Path
) -> None:
    stack = Stack(tmp_path, given, kinds=kinds, standard_ports=False, backoff=QUICK)
    await stack.start()
    await stack.processes.kill("router", restart=False)
    second = await stack.processes.start_one("router")
    await asyncio.sleep(5 * QUICK.first_s)
    assert second.name == "router-1"
    assert set(stack.info.pids) == {"router-1", "gateway-0", "console-0"}
    assert set(running_stack(tmp_path).pids) == set(stack.info.pids)  # type: ignore[union-attr] # it runs
    await stack.stop()


async def test_a_second_stack_over_the_same_directory_is_refused(given: Settings, kinds: Kinds, tmp_path: Path) -> None:
    first = Stack(tmp_path, given, kinds=kinds, standard_ports=False)
    info = await first.start()
    with pytest.raises(SetupFault, match="runs over this state directory already"):
        await Stack(tmp_path, given, kinds=kinds, standard_ports=False).start()
    assert running_stack(tmp_path) == info
    await first.stop()


async def test_a_process_that_ends_while_starting_fails_the_start_with_its_last_words(
    given: Settings, kinds: Kinds, tmp_path: Path
) -> None:
    broken = ProcessKind("clock", (str(HERE / "stand_in.py"), "broken"))
    with pytest.raises(SetupFault, match=r"clock-0 ended with status 1; .* the configuration is broken"):
        await Stack(tmp_path, given, kinds=(*kinds, broken), standard_ports=False).start()
    assert leftovers.belonging_to(tmp_path / "processes") == []
    assert running_stack(tmp_path) is None


async def test_an_unknown_kind_is_refused_by_name(given: Settings, kinds: Kinds, tmp_path: Path) -> None:
    with pytest.raises(SetupFault, match="no kind of process called postman"):
        await Stack(tmp_path, given, {"postman": 1}, kinds=kinds, standard_ports=False).start()


@pytest.mark.usefixtures("given")
async def test_processes_do_not_outlive_a_supervisor_that_was_killed(launch: Launch, tmp_path: Path) -> None:
    supervisor = await launch("stack", str(tmp_path))
    info = running_stack(tmp_path)
    assert info is not None
    supervisor.kill()
    await supervisor.wait()
    assert await eventually_gone(list(info.pids.values()))
    assert running_stack(tmp_path) is None


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_everything_and_the_command_ends_well(
    launch: Launch, tmp_path: Path, number: signal.Signals
) -> None:
    supervisor = await launch("stack", str(tmp_path))
    supervisor.send_signal(number)
    output, _ = await supervisor.communicate()
    assert supervisor.returncode == 0
    assert output.endswith(b"stopped\n")
    assert leftovers.belonging_to(tmp_path / "processes") == []


def test_the_doors_stop_first_for_they_serve_http() -> None:
    assert [kind.name for kind in KINDS if kind.http_port] == ["gateway", "console", "sandbox"]
