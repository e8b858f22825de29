"""`make provider` writes a provider that needs nothing more to receive."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.errors import SetupFault
from runtime.cli.provider import FIXTURES, main, write_provider

ROOT = Path(__file__).parents[3]
SUITE = ("conformance.py", "test_conformance.py")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout with the conformance suite, and with no provider in it."""
    for package in ("contracts", "gateway", "runtime"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "web"))
    for folder in (tmp_path / "gateway/providers").iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
    tests = tmp_path / "tests/gateway/providers"
    tests.mkdir(parents=True)
    for file in SUITE:
        shutil.copy(ROOT / "tests/gateway/providers" / file, tests)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.fixture
def run(checkout: Path) -> Run:
    """Runs a module of Python in the copy."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False, timeout=100)  # noqa: S603 - our own interpreter and code

    return run


def test_a_new_provider_passes_the_conformance_suite_and_is_not_written_twice(run: Run) -> None:
    made = run("runtime.cli.provider", "acme")
    assert made.returncode == 0, made.stderr
    suite = run("pytest", "-q", "-p", "no:cacheprovider", "-rN", "tests/gateway/providers/test_conformance.py")
    assert suite.returncode == 0, suite.stdout
    again = run("runtime.cli.provider", "acme")
    assert (again.returncode, again.stderr) == (1, "provider: gateway/providers/acme is there already\n")


def test_the_suite_runs_over_the_new_provider_and_fails_when_it_is_at_fault(checkout: Path, run: Run) -> None:
    write_provider(checkout, "acme")
    signature = checkout / "gateway/providers/acme/signature.py"
    lenient = signature.read_text().replace("Verdict.GENUINE if is_same else Verdict.FORGED", "Verdict.GENUINE")
    signature.write_text(lenient)
    suite = run("pytest", "-q", "-p", "no:cacheprovider", "-rN", "tests/gateway/providers/test_conformance.py")
    assert suite.returncode == 1
    assert "test_what_was_signed_for_one_account_is_forged_for_another[acme-text]" in suite.stdout


def test_what_is_written_is_clean(checkout: Path, run: Run) -> None:
    written = write_provider(checkout, "acme")
    folders = sorted({str(path.parent) for path in written if path.suffix == ".py"})
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = run("ruff", *command, *folders)
        assert done.returncode == 0, done.stdout


def test_every_fixture_has_its_expected_items_beside_it(tmp_path: Path) -> None:
    (tmp_path / "gateway/providers").mkdir(parents=True)
    names = {path.name for path in write_provider(tmp_path, "acme") if path.suffix == ".json"}
    assert names == {f"{case}{end}" for case in FIXTURES for end in (".json", ".expected.json")}


@pytest.mark.parametrize("name", ["", "a", "Acme", "1st", "ac-me", "../acme", "a" * 33])
def test_a_name_that_will_not_do_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "gateway/providers").mkdir(parents=True)
    with pytest.raises(SetupFault, match="small letters and digits"):
        write_provider(tmp_path, name)


def test_nothing_is_written_where_there_is_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(SetupFault, match="no checkout"):
        write_provider(tmp_path, "acme")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [[], ["one", "two"]])
def test_exactly_one_name_is_wanted(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1
    assert "make provider NAME=acme" in capsys.readouterr().err
