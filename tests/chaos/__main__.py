"""`python -m tests.chaos --seconds 300 --seed 7 --json`, or `make chaos`: everything breaks, and nothing may be lost.

Ends with 0 when nothing was lost, doubled, out of order or sent twice, with 1 when something was, or when the run was
not over in time. The same seed gives the same faults in the same order; when each comes depends on the machine.
"""

import argparse
import asyncio
import json
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from runtime.logging import configure_logging
from runtime.settings import Settings
from tests.chaos.run import Report, Run
from tests.chaos.world import world

COUNTS = {"gateway": 2, "router": 2, "worker": 2, "sender": 2}
MOST_SECONDS = 360
BOUND_S = 590
MOST_NOTES = 40


async def chaos(directory: Path, seconds: float, seed: int) -> Report:
    """One run over an installation of its own."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with asyncio.timeout(BOUND_S), world(directory / "world", COUNTS) as made:
        return await Run(made, seed).run(seconds)


def told(report: Report) -> Iterator[str]:
    """The report for people."""
    for name in ("lost", "doubled", "out_of_order", "sent_twice"):
        yield f"{name.replace('_', ' '):<14}{getattr(report, name):>6}"
    yield f"{'messages':<14}{report.messages:>6}  in {report.conversations} conversations, {report.repeated} told again"
    yield f"{'answers':<14}{report.answers:>6}  {report.unconfirmed} unconfirmed"
    yield f"{'faults':<14}{sum(report.faults.values()):>6}  in {report.seconds:g} s, with seed {report.seed}"
    yield from (f"{count:>8}  {name}" for name, count in report.faults.items())
    yield from report.notes[:MOST_NOTES]


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300, help="how long things break (most: %(default)s)")
    parser.add_argument("--seed", type=int, default=None, help="of an earlier run, to have the same faults again")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--keep", type=Path, default=None, help="a new directory that is kept, logs included")
    arguments = parser.parse_args()
    seed = secrets.randbelow(10**6) if arguments.seed is None else arguments.seed
    configure_logging(Settings(log_format="text", log_level="info"), "chaos")
    sys.stderr.write(f"seed {seed}\n")
    with tempfile.TemporaryDirectory(prefix="chaos-") as directory:
        run = chaos(arguments.keep or Path(directory), min(arguments.seconds, MOST_SECONDS), seed)
        report = asyncio.run(run)
    lines = [json.dumps(report.document())] if arguments.json else told(report)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0 if report.clean else 1


if __name__ == "__main__":
    sys.exit(main())
