"""`switchboard route explain`: the walk that a message would take now, asked of the console, without any effect."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from contracts.errors import NotFound
from runtime.cli.api import answer_of, console_client, moment
from runtime.cli.up import STATE_DIR

WIDTH = 140
COLUMNS = ("position", "action", "outcome", "value", "entry")

route = typer.Typer(help="Look into routing.")


@route.callback()
def _nothing() -> None:
    """Makes this a group of commands even while there is one only."""


@route.command()
def explain(
    account: Annotated[str, typer.Option(help="The key of the account that is written to.")],
    sender: Annotated[str, typer.Option("--from", help="Who writes: a number, or the provider's id of them.")],
    text: Annotated[str, typer.Option(help="What they write.")] = "",
    at: Annotated[str | None, typer.Option(help="When: 2026-03-14T09:26:00+01:00; now if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the explanation as one JSON object.")] = False,
    url: Annotated[str | None, typer.Option(help="Where the console answers; that of the running stack.")] = None,
    state_dir: Annotated[Path, typer.Option(help="Where a running stack keeps its data.")] = STATE_DIR,
) -> None:
    """Show the walk that a message would take now, step by step, with the value of each condition.

    Nothing is stored or sent. Open interactions, queues' figures and the time count as they are.
    """
    message: dict[str, Any] = {"from": sender, "text": text}
    if at is not None:
        message["at"] = moment(at, "--at")
    with console_client(url, state_dir) as console:
        explanation = _explained(console, account, message)
    if as_json:
        print(json.dumps(explanation))
    else:
        _show(explanation)


def _explained(console: httpx.Client, key: str, message: dict[str, Any]) -> dict[str, Any]:
    found = answer_of(console.get("/api/accounts", params={"search": key, "limit": 500}))["items"]
    account = next((one for one in found if one["key"].lower() == key.lower()), None)
    if account is None:
        raise NotFound(f"there is no account with the key {key}")
    return answer_of(console.post(f"/api/accounts/{account['id']}/explain", json=message))


def _show(explanation: dict[str, Any]) -> None:
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    if explanation["steps"]:
        console.print(_table(explanation["steps"]))
    for line in _lines(explanation):
        console.print(line, highlight=False, markup=False)


def _table(steps: list[dict[str, Any]]) -> Table:
    table = Table(title="The walk")
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for step in steps:
        entry = {name: value for name, value in (step["entry"] or {}).items() if name != "action"}
        words = " ".join(f"{name}={value}" for name, value in entry.items())
        table.add_row(str(step["position"]), step["action"], step["outcome"], step["value"] or "", words)
    return table


def _lines(explanation: dict[str, Any]) -> list[str]:
    """What comes of the message, in words."""
    reason = f": {explanation['reason']}" if explanation["reason"] else ""
    lines = [f"At {explanation['at']}, by version {explanation['config_version']}: {explanation['result']}{reason}"]
    lines += [f"Would say: {words}" for words in explanation["replies"]]
    ends = explanation["ends"]
    if ends is not None:
        marks = [
            ends["state"],
            "unmanaged" if ends["unmanaged"] else "",
            ends["waiting_for"] or "",
            ends["owner"] or "",
        ]
        lines.append(f"The interaction would be: {' '.join(filter(None, marks))}")
        if ends["due_at"]:
            lines.append(f"The list would go on at {ends['due_at']} at the latest.")
    return lines
