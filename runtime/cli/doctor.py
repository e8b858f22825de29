"""`switchboard doctor`: says in words what is installed, what answers and what is wrong."""

import asyncio
import importlib.metadata
import json
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import httpx
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from contracts.errors import SetupFault, SwitchboardError
from runtime.cli.up import STATE_DIR
from runtime.embedded import programs
from runtime.embedded.amqp_probe import broker_version
from runtime.embedded.stack_file import StackInfo, running_stack
from runtime.settings import Settings, setting_faults
from runtime.store.replica_set import server_facts

Level = Literal["ok", "note", "warning", "error"]

_STYLES: dict[Level, str] = {"ok": "green", "note": "cyan", "warning": "yellow", "error": "bold red"}
_PYTHON = (3, 11)
_RABBITMQ = (3, 10)
_MONGODB = (6, 0)
_LIBRARIES = ("aio-pika", "motor", "pydantic", "aiohttp", "uvloop")
_PROGRAM_TIMEOUT_S = 20.0
_ANSWER_TIMEOUT_S = 3.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `error` is the only level that makes the command fail."""

    level: Level
    subject: str
    sentence: str


def doctor(
    state_dir: Annotated[Path, typer.Option(help="The state directory of the stack to look at.")] = STATE_DIR,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check this machine, the settings and the running stack; the exit code is 1 when something is wrong."""
    findings = asyncio.run(examine(state_dir))
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        console = Console()
        for finding in findings:
            label = f"[{_STYLES[finding.level]}]{finding.level:<8}[/]"
            console.print(f"{label}{finding.subject}: {escape(finding.sentence)}", soft_wrap=True)
    raise typer.Exit(1 if any(finding.level == "error" for finding in findings) else 0)


async def examine(state_dir: Path) -> list[Finding]:
    """Everything that the doctor looks at, in the order in which it is said."""
    findings = [check_python(sys.version_info[:3]), *map(check_library, _LIBRARIES)]
    try:
        settings = Settings()
    except ValidationError as error:
        return findings + [Finding("error", "settings", sentence) for sentence in setting_faults(error)]
    stack = running_stack(state_dir)
    given = settings.model_fields_set
    findings.append(Finding("ok", "settings", f"valid; {len(given)} set by the environment"))
    findings += check_secret_files(settings, state_dir)
    if stack is None:
        findings += await _without_stack(settings, state_dir)
    else:
        findings += await _with_stack(stack)
    return findings


async def _without_stack(settings: Settings, state_dir: Path) -> list[Finding]:
    findings = [Finding("note", "stack", f"none runs over {state_dir}; `switchboard up` starts one")]
    if "amqp_url" in settings.model_fields_set:
        findings.append(await check_broker(settings.amqp_url.get_secret_value()))
    else:
        findings.append(await asyncio.to_thread(check_program, "RabbitMQ", programs.rabbitmq_version, _RABBITMQ))
    if "mongo_url" in settings.model_fields_set:
        findings.append(await check_database(settings.mongo_url.get_secret_value()))
    else:
        findings.append(await asyncio.to_thread(check_program, "MongoDB", _mongodb_version, _MONGODB))
    return findings


async def _with_stack(stack: StackInfo) -> list[Finding]:
    findings = [
        Finding("ok", "stack", f"runs under pid {stack.supervisor_pid}; webhooks come in at {stack.gateway_url}")
    ]
    answers = [check_process(name, url) for name, url in stack.health_urls.items()]
    return findings + await asyncio.gather(check_broker(stack.amqp_url), check_database(stack.mongo_url), *answers)


def check_python(version: tuple[int, ...]) -> Finding:
    """The interpreter's version."""
    return _judge("Python", ".".join(map(str, version)), _PYTHON, "runs this")


def check_library(name: str) -> Finding:
    """Whether a library is installed, and which version."""
    try:
        return Finding("ok", name, f"version {importlib.metadata.version(name)} is installed")
    except importlib.metadata.PackageNotFoundError:
        return Finding("error", name, "is not installed; run: make setup")


def check_secret_files(settings: Settings, state_dir: Path) -> list[Finding]:
    """Files with secrets must be there if a setting names them, and readable by their owner only."""
    named = [settings.secret_key_file, settings.console_token_file]
    own = [path for path in (state_dir / "secret.key", state_dir / "console.token") if path.exists()]
    return [check_secret_file(path) for path in [*filter(None, named), *own]]


def check_secret_file(path: Path) -> Finding:
    """One file with a secret."""
    if not path.is_file():
        return Finding("error", str(path), "is named by a setting and does not exist")
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding("warning", str(path), f"holds a secret and others may read it; run: chmod 600 {path}")
    return Finding("ok", str(path), "is readable by its owner only")


def check_program(subject: str, find_version: Callable[[], str], least: tuple[int, ...]) -> Finding:
    """Whether a server that we would start is installed, and its version."""
    try:
        return _judge(subject, find_version(), least, "is installed; not running")
    except SetupFault as fault:
        return Finding("error", subject, str(fault))
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("error", subject, f"is installed and does not run ({type(error).__name__}: {error})")


async def check_broker(url: str) -> Finding:
    """Whether the broker takes us in, and its version."""
    try:
        return _judge("RabbitMQ", await broker_version(url, _ANSWER_TIMEOUT_S), _RABBITMQ, "answers")
    except SwitchboardError as error:
        return Finding("error", "RabbitMQ", str(error))


async def check_database(url: str) -> Finding:
    """Whether the database answers as a replica set, and its version."""
    try:
        facts = await server_facts(url, _ANSWER_TIMEOUT_S)
    except SwitchboardError as error:
        return Finding("error", "MongoDB", str(error))
    if facts.replica_set is None:
        return Finding("error", "MongoDB", "is no replica set; start mongod with --replSet and initiate it")
    if not facts.writable:
        return Finding("warning", "MongoDB", f"the member of {facts.replica_set} that answers takes no writes")
    return _judge("MongoDB", facts.version, _MONGODB, f"answers as replica set {facts.replica_set}")


async def check_process(name: str, health_url: str) -> Finding:
    """Whether a process of the stack says that it is ready; if not, what it says instead."""
    try:
        async with httpx.AsyncClient(timeout=_ANSWER_TIMEOUT_S, trust_env=False) as client:
            reply = await client.get(f"{health_url}/ready")
    except httpx.HTTPError as error:
        return Finding("error", name, f"does not answer at {health_url} ({type(error).__name__})")
    if reply.is_success:
        return Finding("ok", name, "is ready")
    return Finding("error", name, f"is not ready: {reply.text[:300]}")


def _judge(subject: str, version: str, least: tuple[int, ...], state: str) -> Finding:
    if _numbers(version) < least:
        needed = ".".join(map(str, least))
        return Finding("error", subject, f"version {version} {state}; at least {needed} is needed")
    return Finding("ok", subject, f"version {version} {state}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split(".") if part.isdigit())


def _mongodb_version() -> str:
    command = [str(programs.find_mongod()), "--version"]
    done = subprocess.run(  # noqa: S603 - our own choice of program, no shell
        command, capture_output=True, text=True, timeout=_PROGRAM_TIMEOUT_S, check=True
    )
    return done.stdout.partition("\n")[0].removeprefix("db version v")
