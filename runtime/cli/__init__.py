"""The `switchboard` command. Each command is a module here with a function of its name, imported when it is needed."""

import importlib
import sys
from collections.abc import Iterable

import typer
from pydantic import ValidationError

from contracts.errors import SwitchboardError
from runtime.settings import setting_faults

# Adding a command is adding its name here and a module runtime/cli/<name>.py with a function <name>, or a group of
# commands of that name.
COMMANDS = ("up", "demo", "sandbox", "route", "replay", "dlq", "journal", "partitions", "users", "doctor")


def main() -> None:
    """The console script. A failure that says what to do is printed as its sentence; exit code 1, or 2 for settings."""
    called = sys.argv[1:2]
    try:
        application(called if set(called) <= set(COMMANDS) and called else COMMANDS)()
    except ValidationError as error:
        print("\n".join(f"switchboard: {sentence}" for sentence in setting_faults(error)), file=sys.stderr)
        sys.exit(2)
    except SwitchboardError as error:
        print(f"switchboard: {error}", file=sys.stderr)
        sys.exit(1)


def application(names: Iterable[str]) -> typer.Typer:
    """The command with the sub-commands of these names; only their modules are imported."""
    app = typer.Typer(
        name="switchboard",
        help="Switchboard: an open, event-driven WhatsApp message router for contact centres.",
        callback=_nothing,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name in names:
        module = importlib.import_module(f"runtime.cli.{name}")
        command = getattr(module, name)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name=name)(command)
    return app


def _nothing() -> None:
    """Makes the application a group of commands even when one is registered only."""
