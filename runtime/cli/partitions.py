"""`switchboard partitions`: who works on which partition, what waits there, how fast it moves and how late it is.

Asks broker and database themselves, so it needs no console. Exit codes: 0 done, 1 broker or database are away or
something was refused, 2 wrong use.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from contracts.errors import Unavailable
from contracts.pipeline import PartitionFigures, Pipeline, StageFigures
from contracts.topology import Topology, topology
from runtime.broker import Broker
from runtime.cli.up import STATE_DIR, settings_for_people
from runtime.clock import utc_now
from runtime.embedded.stack_file import running_stack
from runtime.logging import configure_logging
from runtime.pipeline import PipelineReader
from runtime.repartition import Outcome, Repartitioning
from runtime.settings import Settings
from runtime.store.client import Store
from runtime.store.deadletters import DeadLetterStore
from runtime.store.layout import LayoutStore
from runtime.store.membership import Roll

WIDTH = 140
COLUMNS = ("stage", "partition", "owner", "consumers", "depth", "in hand", "in/s", "out/s", "lag s")
EVERY_S = 2.0
NOTHING_DECLARED = Topology(exchanges=(), queues=())

partitions = typer.Typer(help="Look at the partitions, and change their number.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON; with --watch, one object a line.")]
StateDir = Annotated[Path, typer.Option(help="Whose broker and database to ask, if a stack runs over it.")]


@partitions.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    stage: Annotated[str | None, typer.Option(help="Only router, worker, sender, errands or dead_letters.")] = None,
    busy: Annotated[bool, typer.Option("--busy", help="Only where something waits, or moves.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again and again, until Ctrl-C.")] = False,
    as_json: AsJson = False,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Show owner, depth, rates and lag of each partition at each stage."""
    if context.invoked_subcommand is not None:
        return
    settings = endpoints(state_dir)
    try:
        asyncio.run(_show(settings, stage, busy=busy, watch=watch, as_json=as_json))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@partitions.command("set")
def set_number(
    number: Annotated[int, typer.Argument(help="How many there are to be, 1 to 99.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without this it is only looked whether it could be.")
    ] = False,
    gone: Annotated[
        bool, typer.Option("--gone", help="Processes that are silent are dead: I have made sure of it.")
    ] = False,
    timeout: Annotated[float, typer.Option(min=1, help="Most seconds that draining may take.")] = 300,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Change the number of partitions while everything runs: hold, drain, move, verify.

    Gateways go on answering: they write to their journals meanwhile. Run again after it was interrupted.
    """
    settings = endpoints(state_dir)
    outcome = asyncio.run(_set(settings, number, yes=yes, gone=gone, timeout_s=timeout))
    if outcome is not None and as_json:
        print(json.dumps(asdict(outcome)))
    if outcome is not None and (outcome.left or outcome.late):
        raise typer.Exit(1)


async def _set(settings: Settings, number: int, *, yes: bool, gone: bool, timeout_s: float) -> Outcome | None:
    async with connected(settings) as (store, broker):
        change = Repartitioning(
            broker,
            LayoutStore(store),
            Roll(store),
            settings.member_ttl_s,
            gone=gone,
            declare=partial(_declare, settings),
            tell=_tell,
        )
        if not yes:
            plan = await change.look(number)
            _tell(f"there are {plan.count} partitions, and nothing speaks against {number}: say --yes to change it")
            return None
        outcome = await change.run(number, timeout_s)
    for sentence in _sentences(outcome):
        _tell(sentence)
    return outcome


async def _declare(settings: Settings, count: int) -> None:
    declared = topology(count, settings.event_log_max_bytes, settings.event_log_max_age)
    broker = Broker(settings.amqp_url, declared, "partitions-declare", needed=False)
    try:
        await broker.check()
    finally:
        await broker.stop()


def _sentences(outcome: Outcome) -> Iterator[str]:
    if outcome.before == outcome.after:
        yield f"there are {outcome.after} partitions already"
    else:
        yield (
            f"verified: nothing was left in the queues of the {outcome.before} partitions; there are {outcome.after} "
            f"now; what came in was held for {outcome.held_s} s"
        )
    if outcome.deleted:
        yield f"deleted {len(outcome.deleted)} queues that are needed no more, all empty"
    for name, standing in outcome.left.items():
        yield f"{name} stays: it holds {standing.depth} messages and has {standing.consumers} consumers"
    for instance in outcome.late:
        yield f"{instance} has not gone on with the new number yet: look at its log"


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


async def _show(settings: Settings, stage: str | None, *, busy: bool, watch: bool, as_json: bool) -> None:
    async with connected(settings) as (store, broker):
        plan = await LayoutStore(store).read()
        count = plan.count if plan else settings.partitions
        reader = PipelineReader(
            broker, Roll(store), DeadLetterStore(store), lambda: count, settings.member_ttl_s, utc_now
        )
        if watch:
            await _watch(reader, stage, busy=busy, as_json=as_json)
        else:
            _print(await reader.read(), stage, busy=busy, as_json=as_json)


async def _watch(reader: PipelineReader, stage: str | None, *, busy: bool, as_json: bool) -> None:
    if as_json:
        while True:
            _print(await reader.read(), stage, busy=busy, as_json=True)
            await asyncio.sleep(EVERY_S)
    with Live(console=_console(), screen=sys.stdout.isatty(), auto_refresh=False) as live:
        while True:
            live.update(tables(await reader.read(), stage, busy=busy), refresh=True)
            await asyncio.sleep(EVERY_S)


def _print(found: Pipeline, stage: str | None, *, busy: bool, as_json: bool) -> None:
    if as_json:
        print(_chosen(found, stage).model_dump_json(), flush=True)
    else:
        _console().print(tables(found, stage, busy=busy))


def _chosen(found: Pipeline, stage: str | None) -> Pipeline:
    if stage is None:
        return found
    stages = tuple(one for one in found.stages if one.stage == stage)
    if not stages:
        names = ", ".join(one.stage for one in found.stages)
        raise typer.BadParameter(f"must be one of {names}", param_hint="--stage")
    return found.model_copy(update={"stages": stages})


def tables(found: Pipeline, stage: str | None, *, busy: bool) -> Group:
    """What is shown to a person."""
    table = Table(title=f"{found.partitions} partitions at {found.at:%H:%M:%S} UTC; counts are of bundles")
    for column in COLUMNS:
        table.add_column(column, overflow="fold", justify="left" if column in {"stage", "owner"} else "right")
    for one in _chosen(found, stage).stages:
        for row in _rows(one, busy=busy):
            table.add_row(*row)
        table.add_section()
    letters = f"Dead letters: {found.dead_letters.open} open, {found.dead_letters.waiting} on their way"
    journals = [
        f"Journal of {one.instance}: {one.bytes} of {one.most_bytes} bytes, the oldest of {one.oldest_s:.0f} s"
        for one in found.journals
    ]
    return Group(table, letters, *journals)


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else WIDTH)


def _rows(stage: StageFigures, *, busy: bool) -> Iterator[tuple[str, ...]]:
    for one in stage.partitions:
        if not busy or one.depth or one.in_hand or one.rate_in or one.rate_out:
            number = "" if one.partition is None else f"{one.partition:02d}"
            yield (stage.stage, number, one.owner or ("nobody" if one.partition is not None else "any"), *_cells(one))
    if len(stage.partitions) > 1:
        yield (stage.stage, "all", f"{len(stage.instances)} instances", *_cells(stage))


def _cells(one: PartitionFigures | StageFigures) -> tuple[str, ...]:
    lag = "?" if one.lag_s is None else f"{one.lag_s:.0f}"
    counts = (one.consumers, one.depth, one.in_hand)
    return (*map(str, counts), f"{one.rate_in:.1f}", f"{one.rate_out:.1f}", lag)


def endpoints(state_dir: Path) -> Settings:
    """The settings; broker and database are those of the stack that runs over the directory, unless some are given."""
    settings = settings_for_people()
    configure_logging(settings, "partitions")
    stack = running_stack(state_dir)
    if stack is None:
        return settings
    given = settings.model_fields_set
    found = {"amqp_url": SecretStr(stack.amqp_url), "mongo_url": SecretStr(stack.mongo_url)}
    return settings.model_copy(update={name: url for name, url in found.items() if name not in given})


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[tuple[Store, Broker]]:
    """The database and the broker.

    Raises:
        Unavailable: one of them is away.
    """
    store = Store(settings.mongo_url, settings.database)
    broker = Broker(settings.amqp_url, NOTHING_DECLARED, "partitions", needed=False)
    try:
        await store.check()
        await broker.check()
        yield store, broker
    finally:
        with contextlib.suppress(Unavailable):
            await broker.stop()
        await store.stop()
