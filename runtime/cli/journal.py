"""`switchboard journal drain`: brings to the broker what a gateway that never comes back has left on a disk."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

import runtime
from runtime.cli.up import STATE_DIR, settings_for_people
from runtime.embedded.stack_file import running_stack

journal = typer.Typer(help="Look after the journals of gateways.")
Told = dict[str, dict[str, Any]]
"""What was said last of each directory."""


@journal.callback()
def _nothing() -> None:
    """Makes this a group of commands even while there is one only."""


@journal.command()
def drain(
    directory: Annotated[Path, typer.Argument(help="A gateway's journal, or a directory of several.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as one JSON object.")] = False,
    state_dir: Annotated[Path, typer.Option(help="Whose broker to use, if a stack runs over it.")] = STATE_DIR,
) -> None:
    """Publish what a journal holds, in order, and take it away; exit 0 only if nothing is left.

    A journal that a running gateway uses is refused, or left out where a directory of several was given. May be
    stopped and run again.
    """
    command = [sys.executable, "-m", "gateway", "drain", str(directory)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdout=subprocess.PIPE, text=True, env=_environment(state_dir)
    ) as child:
        told = _follow(child.stdout or ())
    if as_json:
        print(json.dumps({"complete": child.returncode == 0, "journals": list(told.values())}))
    else:
        for one in told.values():
            print(f"{one['directory']}: {one['records']} records published, {one['bytes']} bytes left")
    raise typer.Exit(child.returncode)


def _follow(lines: Iterable[str]) -> Told:
    told: Told = {}
    for line in lines:
        one = json.loads(line)
        told[one["directory"]] = one
        if sys.stderr.isatty():
            print(
                f"\r  {one['records']:>9} records, {one['bytes']:>12} bytes left", end="", file=sys.stderr, flush=True
            )
    if told and sys.stderr.isatty():
        print(file=sys.stderr)
    return told


def _environment(state_dir: Path) -> dict[str, str]:
    """The variables of the drain: endpoints of the running stack unless some are given, and logs for people."""
    settings = settings_for_people()
    given = {"SWITCHBOARD_LOG_FORMAT": settings.log_format, "SWITCHBOARD_LOG_LEVEL": settings.log_level}
    own = str(Path(runtime.__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, [own, os.environ.get("PYTHONPATH", "")]))
    stack = running_stack(state_dir)
    endpoints = {"AMQP_URL": stack.amqp_url, "MONGO_URL": stack.mongo_url} if stack else {}
    return {**endpoints, **os.environ, **given, "PYTHONPATH": path}
