"""`switchboard dlq`: what could not be processed is listed, shown, sent back or given up, by way of the console.

Exit codes: 0 done, 1 something was refused or the console does not answer, 2 wrong use. What a customer may have
written is printed with `--with-text` only.
"""

import getpass
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from contracts.deadletters import LetterState
from runtime.cli.api import account_ids, answer_of, console_client, detail_of, moment
from runtime.cli.up import STATE_DIR

WIDTH = 160
PAGE = 200
COLUMNS = ("id", "at", "stage", "state", "attempts", "retries", "account", "reason")

dlq = typer.Typer(help="Look at dead letters, send them back, or give them up.")

Ids = Annotated[list[str] | None, typer.Argument(help="Ids of dead letters.", show_default=False)]
Stage = Annotated[str | None, typer.Option(help="Of this stage: gateway, router, worker, sender, errands.")]
AccountKey = Annotated[str | None, typer.Option("--account", help="Of the account with this key or id.")]
Reason = Annotated[str | None, typer.Option(help="With these words in the reason.")]
Since = Annotated[str | None, typer.Option(help="Not before: 2026-03-14T09:26:00+01:00.")]
Until = Annotated[str | None, typer.Option(help="Before this moment.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
WithText = Annotated[bool, typer.Option("--with-text", help="Print what customers wrote, too.")]
By = Annotated[str, typer.Option(help="Who does it; you, if left out.")]
Url = Annotated[str | None, typer.Option(help="Where the console answers; that of the running stack.")]
StateDir = Annotated[Path, typer.Option(help="Where a running stack keeps its data.")]


@dlq.command("list")
def list_letters(
    stage: Stage = None,
    account: AccountKey = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    state: Annotated[LetterState | None, typer.Option(help="In this state.")] = LetterState.OPEN,
    all_states: Annotated[bool, typer.Option("--all", help="In any state.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    with_text: WithText = False,
    as_json: AsJson = False,
    url: Url = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """List dead letters, the latest first."""
    with console_client(url, state_dir) as console:
        wanted = None if all_states else state
        query = _query(console, stage, account, reason, since, until, wanted)
        letters = _found(console, {**query, "with_text": with_text}, limit)
    if as_json:
        print(json.dumps(letters))
    else:
        _print_table(letters)


@dlq.command()
def show(
    letter: Annotated[str, typer.Argument(help="The id of a dead letter.")],
    with_text: WithText = False,
    as_json: AsJson = False,
    url: Url = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Show one dead letter: why, when, the stack, and what was done about it."""
    with console_client(url, state_dir) as console:
        found = answer_of(console.get(f"/api/dead-letters/{letter}", params={"with_text": with_text}))
    if as_json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        if value not in (None, "", [], {}):
            shown = value if isinstance(value, str | int) else json.dumps(value, indent=2, ensure_ascii=False)
            print(f"{name}: {shown}" if "\n" not in str(shown) else f"{name}:\n{shown}")


@dlq.command()
def retry(
    ids: Ids = None,
    stage: Stage = None,
    account: AccountKey = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    everything: Annotated[bool, typer.Option("--all", help="All open ones that match the options.")] = False,
    by: By = "",
    as_json: AsJson = False,
    url: Url = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Send dead letters back where they came from. One that was sent back already stays as it is."""
    with console_client(url, state_dir) as console:
        query = _query(console, stage, account, reason, since, until, LetterState.OPEN)
        chosen = _chosen(console, ids, query, everything=everything)
        _carry_out(console, chosen, "retry", {"by": by or getpass.getuser()}, as_json=as_json)


@dlq.command()
def discard(
    ids: Ids = None,
    stage: Stage = None,
    account: AccountKey = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    everything: Annotated[bool, typer.Option("--all", help="All open ones that match the options.")] = False,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    by: By = "",
    as_json: AsJson = False,
    url: Url = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Give dead letters up. They stay on record, with who did it and when."""
    with console_client(url, state_dir) as console:
        query = _query(console, stage, account, reason, since, until, LetterState.OPEN)
        chosen = _chosen(console, ids, query, everything=everything)
        _carry_out(console, chosen, "discard", {"by": by or getpass.getuser(), "note": note}, as_json=as_json)


def _query(
    console: httpx.Client,
    stage: str | None,
    account: str | None,
    reason: str | None,
    since: str | None,
    until: str | None,
    state: LetterState | None,
) -> dict[str, Any]:
    wanted = {
        "stage": stage,
        "account": account_ids(console, [account])[0] if account else None,
        "reason": reason,
        "since": moment(since, "--since"),
        "until": moment(until, "--until"),
        "state": state.value if state else None,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _found(console: httpx.Client, query: dict[str, Any], limit: int | None) -> list[dict[str, Any]]:
    letters: list[dict[str, Any]] = []
    cursor: str | None = None
    while limit is None or len(letters) < limit:
        size = PAGE if limit is None else min(PAGE, limit - len(letters))
        params = {**query, "limit": size, **({"cursor": cursor} if cursor else {})}
        page = answer_of(console.get("/api/dead-letters", params=params))
        letters += page["items"]
        cursor = page["cursor"]
        if cursor is None:
            break
    return letters


def _chosen(console: httpx.Client, ids: list[str] | None, query: dict[str, Any], *, everything: bool) -> list[str]:
    if bool(ids) == everything:
        raise typer.BadParameter("name dead letters by their ids, or say --all", param_hint="IDS")
    return list(ids or ()) or [letter["id"] for letter in _found(console, query, None)]


def _carry_out(console: httpx.Client, ids: list[str], what: str, body: dict[str, str], *, as_json: bool) -> None:
    done: list[dict[str, Any]] = []
    refused: dict[str, str] = {}
    for letter in ids:
        response = console.post(f"/api/dead-letters/{letter}/{what}", json=body)
        if response.is_success:
            done.append(response.json())
        else:
            refused[letter] = detail_of(response)
    if as_json:
        print(json.dumps({"done": done, "refused": refused}))
    else:
        _say(done, refused)
    raise typer.Exit(1 if refused else 0)


def _say(done: list[dict[str, Any]], refused: dict[str, str]) -> None:
    words: dict[str, Callable[[dict[str, Any]], str]] = {
        "retried": lambda one: (
            f"sent back at {one['retried_at']} by {one['retried_by']}, {one['retries']} times so far"
        ),
        "discarded": lambda one: f"given up at {one['discarded_at']} by {one['discarded_by']}",
        "open": lambda _one: "sent back, and set apart again meanwhile",
    }
    for one in done:
        print(f"{one['id']}: {words[one['state']](one)}")
    for letter, why in refused.items():
        print(f"{letter}: refused: {why}", file=sys.stderr)


def _print_table(letters: list[dict[str, Any]]) -> None:
    table = Table(title=f"{len(letters)} dead letters")
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for one in letters:
        shown = {**one, "account": one["account_id"] or ""}
        table.add_row(*(str(shown[column]) for column in COLUMNS))
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
    if letters and any(one.get("body") for one in letters) and "characters" not in letters[0]["body"]:
        for one in letters:
            body = one["body"] if isinstance(one["body"], str) else json.dumps(one["body"], ensure_ascii=False)
            print(f"{one['id']}: {body}")
