"""`python -m bench`: run the scenarios and print one JSON object a line.

The exit code is 0 when every scenario meets its target, 1 otherwise. What is printed is what was measured here and now:
on a machine that does other work, only the ratios mean something (`stolen` tells of virtual machines beside this one).
"""

import argparse
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import uvloop

from bench import scenarios
from bench.feed import feed
from bench.flood import flood
from bench.journal import journal
from bench.lists import lists
from bench.machine import Machine, machine
from bench.report import Figure, say
from bench.stolen import Stolen
from bench.whitelist import whitelist
from runtime.logging import configure_logging
from runtime.settings import Settings

LIVE_SECONDS = 10.0
SECONDS = 30.0
NUMBERS = INTERACTIONS = 1_000_000
Scenario = Callable[[Machine, argparse.Namespace], Awaitable[Figure]]
SCENARIOS: dict[str, Scenario] = {
    "accept": lambda machine, sizes: scenarios.accept(machine, sizes.events // 2),
    "drain": lambda machine, sizes: scenarios.drain(machine, sizes.events),
    "live": lambda machine, _: scenarios.live(machine, LIVE_SECONDS),
    "whitelist": lambda machine, sizes: whitelist(machine, sizes.numbers),
    "lists": lambda machine, sizes: lists(machine, sizes.interactions),
    "feed": lambda machine, _: feed(machine, LIVE_SECONDS),
    "journal": lambda machine, sizes: journal(machine, sizes.seconds),
    "flood": lambda machine, sizes: flood(machine, sizes.seconds),
}


async def run(wanted: list[str], sizes: argparse.Namespace) -> list[Figure]:
    """Run the scenarios, one after the other on the same services."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as directory:
        say("starting RabbitMQ and MongoDB")
        async with machine(Path(directory)) as services:
            for name, measure in SCENARIOS.items():
                if name in wanted:
                    stolen = Stolen()
                    figure = replace(await measure(services, sizes), stolen=stolen.share)
                    figures.append(figure)
                    figure.print()
    return figures


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "scenarios", nargs="*", default=tuple(SCENARIOS), metavar="SCENARIO", help=f"of {', '.join(SCENARIOS)}"
    )
    parser.add_argument("--events", type=int, default=20_000, help="size of the backlog (default 20000)")
    parser.add_argument("--numbers", type=int, default=NUMBERS, help="size of the whitelist (default 1000000)")
    parser.add_argument("--interactions", type=int, default=INTERACTIONS, help="length of the lists (default 1000000)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of journal and flood (default 30)")
    arguments = parser.parse_args()
    configure_logging(Settings(log_level="error"), "bench")
    figures = uvloop.run(run(list(arguments.scenarios), arguments))
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
