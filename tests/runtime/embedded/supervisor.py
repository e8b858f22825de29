"""A supervisor in a process of its own, to be killed by tests: `supervisor.py services|stack STATE_DIR`."""

import asyncio
import sys
from pathlib import Path

from runtime.embedded.processes import ProcessKind
from runtime.embedded.run import run_stack
from runtime.embedded.services import EmbeddedServices
from runtime.embedded.stack import Stack
from runtime.embedded.stack_file import StackInfo
from runtime.settings import Settings

STAND_IN = str(Path(__file__).with_name("stand_in.py"))
KINDS = (
    ProcessKind("router", (STAND_IN,)),
    ProcessKind("gateway", (STAND_IN,), http_port=8080),
    ProcessKind("console", (STAND_IN,), http_port=8090),
)


def say(word: str) -> None:
    """Tell the test."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def run_services(state_dir: Path) -> None:
    """RabbitMQ and MongoDB, until killed."""
    await EmbeddedServices(state_dir, standard_ports=False, management=False).start()
    say("ready")
    await asyncio.Event().wait()


async def stay(_info: StackInfo) -> None:
    """Until a signal."""
    say("ready")
    await asyncio.Event().wait()


if __name__ == "__main__":
    what, directory = sys.argv[1], Path(sys.argv[2])
    if what == "services":
        asyncio.run(run_services(directory))
    else:
        asyncio.run(run_stack(Stack(directory, Settings(), kinds=KINDS, standard_ports=False), stay))
        say("stopped")
