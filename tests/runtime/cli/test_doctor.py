import json
import stat
import subprocess
from pathlib import Path

import pytest

from contracts.errors import SetupFault
from runtime.cli import doctor
from runtime.cli.doctor import Finding
from runtime.embedded.stack_file import StackInfo, supervisor
from runtime.settings import Settings
from tests.switchboard import SWITCHBOARD, variables

NOWHERE = "127.0.0.1:1"


def run_doctor(state_dir: Path, **given: str) -> tuple[int, list[Finding]]:
    """The command as a person runs it, over JSON."""
    done = subprocess.run(  # noqa: S603 - our own command
        [*SWITCHBOARD, "doctor", "--json", "--state-dir", str(state_dir)],
        capture_output=True,
        text=True,
        check=False,
        env=variables(**given),
    )
    return done.returncode, [Finding(**finding) for finding in json.loads(done.stdout)]


def one(findings: list[Finding], subject: str) -> Finding:
    (found,) = [finding for finding in findings if finding.subject == subject]
    return found


def test_a_machine_that_can_run_it_is_well_and_the_exit_code_says_so(tmp_path: Path) -> None:
    status, findings = run_doctor(tmp_path)
    assert [finding for finding in findings if finding.level == "error"] == []
    assert status == 0
    assert one(findings, "RabbitMQ").sentence.endswith("is installed; not running")
    assert one(findings, "MongoDB").sentence.endswith("is installed; not running")
    assert "`switchboard up` starts one" in one(findings, "stack").sentence


def test_a_wrong_setting_is_named_and_its_value_is_not_repeated(tmp_path: Path) -> None:
    status, findings = run_doctor(tmp_path, SWITCHBOARD_PARTITIONS="hundreds", AMQP_URL="amqp://u:hush@h/")
    assert status == 1
    assert one(findings, "settings").sentence.startswith("SWITCHBOARD_PARTITIONS: ")
    assert "hundreds" not in str(findings)
    assert "hush" not in str(findings)


def test_given_services_that_do_not_answer_are_errors(tmp_path: Path) -> None:
    status, findings = run_doctor(tmp_path, AMQP_URL=f"amqp://u:hush@{NOWHERE}/", MONGO_URL=f"mongodb://{NOWHERE}/")
    assert status == 1
    assert one(findings, "RabbitMQ").level == one(findings, "MongoDB").level == "error"
    assert "no broker answers at 127.0.0.1:1" in one(findings, "RabbitMQ").sentence
    assert "hush" not in str(findings)


async def test_a_running_stack_is_looked_at_process_by_process(tmp_path: Path) -> None:
    pid, started = supervisor()
    StackInfo(
        gateway_url="http://127.0.0.1:2",
        console_url="",
        amqp_url=f"amqp://{NOWHERE}/",
        mongo_url=f"mongodb://{NOWHERE}/",
        management_url=None,
        token_file=tmp_path / "console.token",
        log_directory=tmp_path,
        health_urls={"router-0": f"http://{NOWHERE}"},
        pids={},
        supervisor_pid=pid,
        supervisor_started=started,
    ).write(tmp_path)
    findings = await doctor.examine(tmp_path)
    assert one(findings, "stack") == Finding(
        "ok", "stack", f"runs under pid {pid}; webhooks come in at http://127.0.0.1:2"
    )
    assert one(findings, "router-0") == Finding(
        "error", "router-0", f"does not answer at http://{NOWHERE} (ConnectError)"
    )


@pytest.mark.parametrize(("version", "level"), [((3, 10, 9), "error"), ((3, 11, 0), "ok"), ((4, 0, 0), "ok")])
def test_an_interpreter_that_is_too_old_is_an_error(version: tuple[int, ...], level: str) -> None:
    assert doctor.check_python(version).level == level


def test_a_library_that_is_missing_is_an_error_with_the_command() -> None:
    assert doctor.check_library("no-such-library") == Finding(
        "error", "no-such-library", "is not installed; run: make setup"
    )


def test_a_server_that_is_too_old_is_an_error_that_says_which_is_needed() -> None:
    finding = doctor.check_program("MongoDB", lambda: "5.0.9", (6, 0))
    assert finding == Finding("error", "MongoDB", "version 5.0.9 is installed; not running; at least 6.0 is needed")


def test_a_server_that_is_missing_is_an_error_with_the_command() -> None:
    def missing() -> str:
        raise SetupFault("RabbitMQ is not installed; run: sudo apt-get install rabbitmq-server")

    assert doctor.check_program("RabbitMQ", missing, (3, 10)).sentence.endswith("apt-get install rabbitmq-server")


def test_a_server_that_does_not_run_is_an_error() -> None:
    def broken() -> str:
        raise FileNotFoundError("libcurl.so.4")

    finding = doctor.check_program("MongoDB", broken, (6, 0))
    assert (finding.level, "libcurl.so.4" in finding.sentence) == ("error", True)


def test_a_secret_that_others_may_read_is_a_warning_with_the_command(tmp_path: Path) -> None:
    key = tmp_path / "secret.key"
    key.write_text("key")
    key.chmod(stat.S_IRUSR | stat.S_IROTH)
    (finding,) = doctor.check_secret_files(Settings(), tmp_path)
    assert finding.level == "warning"
    assert f"chmod 600 {key}" in finding.sentence
    key.chmod(stat.S_IRUSR)
    assert doctor.check_secret_file(key).level == "ok"


def test_a_secret_file_that_a_setting_names_must_exist(tmp_path: Path) -> None:
    (finding,) = doctor.check_secret_files(Settings(secret_key_file=tmp_path / "gone"), tmp_path)
    assert finding == Finding("error", str(tmp_path / "gone"), "is named by a setting and does not exist")
