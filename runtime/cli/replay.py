"""`switchboard replay`: a stretch of the event log gone through again, by way of the console.

Exit codes: 0 done, 1 failed or refused, 2 wrong use, 3 stopped before its end.
"""

import getpass
import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from contracts.errors import SetupFault, SwitchboardError
from contracts.replay import UNDER_WAY, EventOutcome, Replay, ReplayMode, ReplayState
from runtime.cli.api import account_ids, answer_of, console_client, moment
from runtime.cli.up import STATE_DIR

WIDTH = 140
LOOK_S = 0.3
STEP = 1000
STOPPED_EXIT = 3
NEVER_MIND = "nothing was done"

replay = typer.Typer(
    help="Go through a stretch of the event log again: repair, redeliver or simulate.", invoke_without_command=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Url = Annotated[str | None, typer.Option(help="Where the console answers; that of the running stack.")]
StateDir = Annotated[Path, typer.Option(help="Where a running stack keeps its data.")]
ReplayId = Annotated[str, typer.Argument(help="The id of a replay.")]


@replay.callback()
def start(
    context: typer.Context,
    mode: Annotated[ReplayMode, typer.Option(help="What to do with the events.")] = ReplayMode.REPAIR,
    since: Annotated[str | None, typer.Option(help="Received not before: 2026-03-14T09:26:00+01:00.")] = None,
    until: Annotated[str | None, typer.Option(help="Received before this moment.")] = None,
    account: Annotated[list[str] | None, typer.Option(help="Of the account with this key or id.")] = None,
    contact: Annotated[
        list[str] | None, typer.Option(help="Of this contact: the number, or the provider's id.")
    ] = None,
    type_: Annotated[list[str] | None, typer.Option("--type", help="Of this type: message_received, ...")] = None,
    outcome: Annotated[list[EventOutcome] | None, typer.Option(help="What became of them so far.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="For a simulation: a JSON file with what would change, by kind and id.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and do nothing.")] = False,
    rate: Annotated[int, typer.Option(min=1, max=5000, help="Most events a second that have an effect.")] = 200,
    hold_replies: Annotated[bool, typer.Option("--hold-replies", help="Have no automatic reply sent.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Do not wait for the end.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not count and ask first.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Go through a stretch of the event log again; on a terminal, counts are shown first.

    `repair` processes what never took effect, `redeliver` puts interactions into the agent queues again, `simulate`
    says where messages would go by today's or a proposed configuration. Ctrl-C stops it where it is.
    """
    if context.invoked_subcommand is not None:
        return
    with console_client(url, state_dir) as console:
        asked = {
            "mode": mode.value,
            "dry_run": dry_run,
            "rate": rate,
            "hold_replies": hold_replies,
            "requested_by": getpass.getuser(),
            "proposed": _proposal(config),
            "filter": {
                "since": moment(since, "--since"),
                "until": moment(until, "--until"),
                "accounts": account_ids(console, account or []),
                "contacts": contact or [],
                "types": type_ or [],
                "outcomes": [one.value for one in outcome or []],
            },
        }
        if not (dry_run or yes or as_json or detach or mode is ReplayMode.SIMULATE) and sys.stdin.isatty():
            _ask(console, asked)
        begun = answer_of(console.post("/api/replays", json=asked))
        _finish(begun if detach else _followed(console, begun, quiet=as_json), as_json=as_json)


@replay.command("list")
def list_replays(
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 20,
    as_json: AsJson = False,
    url: Url = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """List replays, the latest first."""
    with console_client(url, state_dir) as console:
        found = answer_of(console.get("/api/replays", params={"limit": limit}))["items"]
    if as_json:
        print(json.dumps(found))
        return
    table = Table(title=f"{len(found)} replays")
    columns = ("id", "created_at", "mode", "dry_run", "state", "progress", "requested_by")
    for column in columns:
        table.add_column(column, overflow="fold")
    for one in found:
        shown = {**one, "progress": f"{_progress(one):.0%}"}
        table.add_row(*(str(shown[column]) for column in columns))
    _console().print(table)


@replay.command()
def show(replay_id: ReplayId, as_json: AsJson = False, url: Url = None, state_dir: StateDir = STATE_DIR) -> None:
    """Show a replay: what was asked for, how far it is, and what it has done."""
    with console_client(url, state_dir) as console:
        found = answer_of(console.get(f"/api/replays/{replay_id}"))
    _show(found, as_json=as_json)


@replay.command()
def follow(replay_id: ReplayId, as_json: AsJson = False, url: Url = None, state_dir: StateDir = STATE_DIR) -> None:
    """Follow a replay to its end."""
    with console_client(url, state_dir) as console:
        found = answer_of(console.get(f"/api/replays/{replay_id}"))
        _finish(_followed(console, found, quiet=as_json), as_json=as_json)


@replay.command()
def stop(replay_id: ReplayId, as_json: AsJson = False, url: Url = None, state_dir: StateDir = STATE_DIR) -> None:
    """Stop a replay where it is; `resume` goes on from there."""
    with console_client(url, state_dir) as console:
        found = answer_of(console.post(f"/api/replays/{replay_id}/stop"))
    _show(found, as_json=as_json)


@replay.command()
def resume(
    replay_id: ReplayId,
    detach: Annotated[bool, typer.Option("--detach", help="Do not wait for the end.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Have a replay go on where it was stopped or failed."""
    with console_client(url, state_dir) as console:
        found = answer_of(console.post(f"/api/replays/{replay_id}/resume"))
        _finish(found if detach else _followed(console, found, quiet=as_json), as_json=as_json)


@replay.command()
def log(as_json: AsJson = False, url: Url = None, state_dir: StateDir = STATE_DIR) -> None:
    """Show how far back the event log goes, how large it is, and how long it is kept."""
    with console_client(url, state_dir) as console:
        facts = answer_of(console.get("/api/event-log"))
    if as_json:
        print(json.dumps(facts))
    elif facts["oldest_at"] is None:
        print(f"The event log is empty. Kept: {facts['max_age']}, {_size(facts['max_bytes'])} at most.")
    else:
        print(f"Oldest event    {facts['oldest_at']}")
        print(f"Newest event    {facts['newest_at']}")
        print(f"Size            about {_size(facts['bytes'])} in {facts['messages']} bundles at most")
        print(f"Kept            {facts['max_age']}, {_size(facts['max_bytes'])} at most; dropped by whole segments")


def _proposal(config: Path | None) -> dict[str, Any] | None:
    if config is None:
        return None
    try:
        read = json.loads(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupFault(f"{config} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SetupFault(f"{config} is not JSON: {error}") from error
    if not isinstance(read, dict):
        raise SetupFault(f"{config} must hold an object: what would change, by kind and id")
    return read


def _ask(console: httpx.Client, asked: dict[str, Any]) -> None:
    counted = _followed(console, answer_of(console.post("/api/replays", json={**asked, "dry_run": True})), quiet=False)
    _show(counted, as_json=False)
    if counted["state"] != ReplayState.DONE:
        raise SwitchboardError(NEVER_MIND)
    if not typer.confirm("Go on?"):
        raise typer.Exit(STOPPED_EXIT)


def _followed(console: httpx.Client, found: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """Follow a replay until it is under way no more; Ctrl-C has it stop."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as progress:
        bar = progress.add_task(found["mode"], total=1.0)
        while found["state"] in {state.value for state in UNDER_WAY}:
            try:
                time.sleep(LOOK_S)
                found = answer_of(console.get(f"/api/replays/{found['id']}"))
            except KeyboardInterrupt:
                found = answer_of(console.post(f"/api/replays/{found['id']}/stop"))
            words = found["waiting"] or f"{found['mode']}: {found['counts'].get('matched', 0)} events"
            progress.update(bar, completed=_progress(found), description=words)
    return found


def _finish(found: dict[str, Any], *, as_json: bool) -> None:
    _show(found, as_json=as_json)
    if found["state"] == ReplayState.STOPPED and not as_json:
        print(f"Go on with: switchboard replay resume {found['id']}")
    codes = {ReplayState.FAILED.value: 1, ReplayState.STOPPED.value: STOPPED_EXIT}
    raise typer.Exit(codes.get(found["state"], 0))


def _show(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({**found, "progress": _progress(found)}))
        return
    kind = f"{found['mode']}{', dry run' if found['dry_run'] else ''}"
    print(f"Replay {found['id']}: {kind}, {found['state']}, {_progress(found):.0%}")
    for name in ("reason", "waiting"):
        if found[name]:
            print(f"{name.capitalize()}: {found[name]}")
    for name, count in sorted(found["counts"].items()):
        print(f"  {name:<28} {count}")
    if found["differences"]:
        _console().print(_differences(found["differences"]))
    for note in found["notes"]:
        print(f"Note: {note}")


def _differences(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="Where messages would go")
    for column in ("account", "before", "after", "messages", "for example"):
        table.add_column(column, overflow="fold")
    for row in rows:
        examples = ", ".join(example["contact_key"] for example in row["examples"][:2])
        after = "the same" if row["before"] == row["after"] else row["after"]
        table.add_row(row["account_id"], row["before"], after, str(row["count"]), examples)
    return table


def _progress(found: dict[str, Any]) -> float:
    return Replay.model_validate({name: value for name, value in found.items() if name in Replay.model_fields}).progress


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else WIDTH)


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < STEP:
            return f"{count:.0f} {unit}"
        count /= STEP
    return f"{count:.1f} GB"
