"""`switchboard users`: who may sign in to the console, by way of the console.

Exit codes: 0 done, 1 something was refused or the console does not answer, 2 wrong use.
"""

import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from contracts.access import Role
from contracts.errors import SwitchboardError
from runtime.cli.api import answer_of, console_client
from runtime.cli.up import STATE_DIR
from runtime.demo.people import new_password

WIDTH = 120
PAGE = 500
COLUMNS = ("name", "role", "agent_id", "enabled", "masked", "id")

users = typer.Typer(help="Look at the users of the console, add one, or give one a new password.")

Name = Annotated[str, typer.Argument(help="The name under which they sign in.", show_default=False)]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it; do not ask for one.")]
Url = Annotated[str | None, typer.Option(help="Where the console answers; that of the running stack.")]
StateDir = Annotated[Path, typer.Option(help="Where a running stack keeps its data.")]


@users.command("list")
def list_users(url: Url = None, state_dir: StateDir = STATE_DIR) -> None:
    """List the users by name."""
    with console_client(url, state_dir) as client:
        items = answer_of(client.get("/api/users", params={"limit": PAGE}))["items"]
    table = Table()
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for one in items:
        table.add_row(*(str(one[column] if one[column] is not None else "") for column in COLUMNS))
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)


@users.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What they are.")],
    agent: Annotated[
        str | None, typer.Option(help="The id of the agent that they are; of the role agent only.")
    ] = None,
    masked: Annotated[bool, typer.Option("--masked", help="Keep customers' numbers from them.")] = False,
    generate: Generate = False,
    url: Url = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Add a user. The password is asked for; without a terminal, and with --generate, one is made and printed."""
    asked = {"name": name, "role": role.value, "agent_id": agent, "masked": masked}
    with console_client(url, state_dir) as client:
        password, made = _password(generate=generate)
        answer_of(client.post("/api/users", json={**asked, "password": password}))
    print(f"{name} may sign in as {role}.")
    _tell(made)


@users.command()
def password(name: Name, generate: Generate = False, url: Url = None, state_dir: StateDir = STATE_DIR) -> None:
    """Give a user a new password, and end their sessions."""
    with console_client(url, state_dir) as client:
        found: list[dict[str, Any]] = answer_of(client.get("/api/users", params={"search": name, "limit": PAGE}))[
            "items"
        ]
        user = next((one for one in found if one["name"].casefold() == name.casefold()), None)
        if user is None:
            raise SwitchboardError(f"there is no user {name}")
        words, made = _password(generate=generate)
        answer_of(client.patch(f"/api/users/{user['id']}", json={"password": words}))
    print(f"{user['name']} has a new password.")
    _tell(made)


def _password(*, generate: bool) -> tuple[str, str | None]:
    """A password; and again, if it was made here and must be told."""
    if generate or not sys.stdin.isatty():
        made = new_password()
        return made, made
    words = getpass("Password: ")
    if getpass("Once more: ") != words:
        raise SwitchboardError("the two are not the same")
    return words, None


def _tell(made: str | None) -> None:
    if made is not None:
        print(f"Password, shown this once: {made}")
