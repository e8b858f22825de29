"""`switchboard up`: everything on this machine, until Ctrl-C or SIGTERM."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from runtime.demo.people import first_admin, told
from runtime.embedded.run import run_stack
from runtime.embedded.stack import Stack
from runtime.embedded.stack_file import StackInfo
from runtime.logging import configure_logging
from runtime.settings import Settings

STATE_DIR = Path(".switchboard")


def up(
    state_dir: Annotated[Path, typer.Option(help="Where data, logs and secrets lie.")] = STATE_DIR,
    workers: Annotated[int, typer.Option(min=1, help="How many workers to start.")] = 1,
    routers: Annotated[int, typer.Option(min=1, help="How many routers to start.")] = 1,
    sandbox: Annotated[
        bool, typer.Option(help="Start the sandbox that plays the providers, and allow calls to it.")
    ] = True,
) -> None:
    """Start RabbitMQ, MongoDB and every process of Switchboard; stop all of it on Ctrl-C."""
    settings = settings_for_people()
    configure_logging(settings, "switchboard")
    stack = Stack(state_dir, settings, {"worker": workers, "router": routers, "sandbox": int(sandbox)})
    print(f"Starting Switchboard under {stack.state_dir}; this takes about 15 seconds.", flush=True)
    asyncio.run(run_stack(stack, stay))
    print("Stopped.")


async def stay(info: StackInfo) -> None:
    """Print where the stack answers, and how the first admin signs in; do nothing until cancelled."""
    first = await first_admin(info)
    print("\n".join([*(told([first]) if first else []), *describe(info)]), flush=True)
    await asyncio.Event().wait()


def settings_for_people() -> Settings:
    """The settings, with logs as text and warnings only, unless the environment asks for something else."""
    settings = Settings()
    wanted = {"log_format": "text", "log_level": "warning"}
    return settings.model_copy(
        update={name: value for name, value in wanted.items() if name not in settings.model_fields_set}
    )


def describe(info: StackInfo) -> list[str]:
    """Where everything is, one line each."""
    lines = {
        "Console": info.console_url,
        "Console token": f"in {info.token_file}",
        "Webhooks": info.gateway_url,
        "Sandbox": info.sandbox_url or "not started",
        "Phones": f"{info.sandbox_url}/phone  (write as a customer)"
        if info.sandbox_url
        else "none without the sandbox",
        "RabbitMQ": info.management_url or "the given one",
        "Logs": str(info.log_directory),
    }
    return [f"  {name:<14} {value}" for name, value in lines.items()] + ["Running. Ctrl-C stops everything."]
