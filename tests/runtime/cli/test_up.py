import subprocess
from pathlib import Path

import pytest

from runtime.cli import COMMANDS, application
from runtime.cli.up import describe, settings_for_people
from runtime.embedded.lock import StateLock
from runtime.embedded.stack_file import StackInfo
from tests.switchboard import SWITCHBOARD, variables


def switchboard(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [*SWITCHBOARD, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=variables(**given),
    )


def test_a_second_up_over_the_same_directory_says_so_and_fails(tmp_path: Path) -> None:
    lock = StateLock(tmp_path / "stack.lock")
    lock.acquire("taken")
    done = switchboard("up", "--state-dir", str(tmp_path))
    lock.release()
    assert done.returncode == 1
    assert done.stderr == f"switchboard: Switchboard runs over this state directory already: {tmp_path}\n"


def test_a_wrong_setting_ends_the_command_with_its_name(tmp_path: Path) -> None:
    done = switchboard("up", "--state-dir", str(tmp_path), SWITCHBOARD_BATCH_SIZE="0")
    assert done.returncode == 2
    assert done.stderr == "switchboard: SWITCHBOARD_BATCH_SIZE: Input should be greater than or equal to 1\n"


def test_help_lists_every_command() -> None:
    done = switchboard("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)


def test_only_the_module_of_the_command_that_is_called_is_registered() -> None:
    assert [command.name for command in application(["doctor"]).registered_commands] == ["doctor"]


def test_the_token_is_pointed_at_and_not_printed(tmp_path: Path) -> None:
    token_file = tmp_path / "console.token"
    token_file.write_text("hush")
    info = StackInfo(
        gateway_url="http://127.0.0.1:8080",
        console_url="http://127.0.0.1:8090",
        amqp_url="amqp://u:hush@broker/",
        mongo_url="mongodb://u:hush@database/",
        management_url=None,
        token_file=token_file,
        log_directory=tmp_path / "logs",
        health_urls={},
        pids={},
        supervisor_pid=1,
        supervisor_started=0,
    )
    text = "\n".join(describe(info))
    assert "hush" not in text
    for said in (info.gateway_url, info.console_url, str(token_file), str(info.log_directory)):
        assert said in text


def test_the_customers_phones_are_pointed_at_where_there_is_a_sandbox(tmp_path: Path) -> None:
    info = StackInfo(
        gateway_url="http://127.0.0.1:8080",
        console_url="http://127.0.0.1:8090",
        amqp_url="amqp://broker/",
        mongo_url="mongodb://database/",
        management_url=None,
        sandbox_url="http://127.0.0.1:8095",
        token_file=tmp_path / "console.token",
        log_directory=tmp_path / "logs",
        health_urls={},
        pids={},
        supervisor_pid=1,
        supervisor_started=0,
    )
    assert "http://127.0.0.1:8095/phone" in "\n".join(describe(info))
    assert "/phone" not in "\n".join(describe(info.model_copy(update={"sandbox_url": None})))


def test_people_get_warnings_as_text_unless_they_ask_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (settings_for_people().log_format, settings_for_people().log_level) == ("text", "warning")
    monkeypatch.setenv("SWITCHBOARD_LOG_LEVEL", "debug")
    monkeypatch.setenv("SWITCHBOARD_LOG_FORMAT", "json")
    assert (settings_for_people().log_format, settings_for_people().log_level) == ("json", "debug")
