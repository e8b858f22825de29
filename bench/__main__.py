"""`python -m bench`: run the scenarios and print one JSON object a line.

The exit code is 0 when every scenario meets its target, 1 otherwise. What is printed is what was measured here and now:
on a machine that does other work, only the ratios mean something.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import uvloop

from bench import scenarios
from bench.lists import lists
from bench.machine import Machine, machine
from bench.report import Figure, say
from bench.whitelist import whitelist
from runtime.logging import configure_logging
from runtime.settings import Settings

NAMES = ("accept", "drain", "live", "whitelist", "lists")
LIVE_SECONDS = 10.0
NUMBERS = INTERACTIONS = 1_000_000


async def run(wanted: list[str], sizes: argparse.Namespace) -> list[Figure]:
    """Run the scenarios, one after the other on the same services."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as directory:
        say("starting RabbitMQ and MongoDB")
        async with machine(Path(directory)) as services:
            for name in NAMES:
                if name in wanted:
                    figure = await _measure(name, services, sizes)
                    figures.append(figure)
                    figure.print()
    return figures


async def _measure(name: str, services: Machine, sizes: argparse.Namespace) -> Figure:
    match name:
        case "accept":
            return await scenarios.accept(services, sizes.events // 2)
        case "drain":
            return await scenarios.drain(services, sizes.events)
        case "whitelist":
            return await whitelist(services, sizes.numbers)
        case "lists":
            return await lists(services, sizes.interactions)
        case _:
            return await scenarios.live(services, LIVE_SECONDS)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=NAMES, metavar="SCENARIO", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--events", type=int, default=20_000, help="size of the backlog (default 20000)")
    parser.add_argument("--numbers", type=int, default=NUMBERS, help="size of the whitelist (default 1000000)")
    parser.add_argument("--interactions", type=int, default=INTERACTIONS, help="length of the lists (default 1000000)")
    arguments = parser.parse_args()
    configure_logging(Settings(log_level="error"), "bench")
    figures = uvloop.run(run(list(arguments.scenarios), arguments))
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
