"""`switchboard demo`: customers write, agents answer, and a check that every message is where it must be."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from runtime.cli.up import STATE_DIR, describe, settings_for_people
from runtime.demo.people import told
from runtime.demo.report import Account, Landing, problems_of
from runtime.demo.run import Demonstration
from runtime.embedded.run import run_stack
from runtime.embedded.stack import Stack
from runtime.embedded.stack_file import StackInfo, running_stack
from runtime.logging import configure_logging

ROWS = 12
WIDTH = 180


def demo(
    messages: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many messages to send.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print the account as one JSON object.")] = False,
    stay: Annotated[bool, typer.Option("--stay", help="Leave the stack running until Ctrl-C.")] = False,
    seed: Annotated[int | None, typer.Option(help="Send the same traffic as another run with this number.")] = None,
    state_dir: Annotated[Path, typer.Option(help="Where data, logs and secrets lie.")] = STATE_DIR,
) -> None:
    """Have customers of four providers write and agents answer, check every message, and say so; exit 0 only if all is
    right.

    A stack that runs over the state directory is used; otherwise one is started, and stopped at the end.
    """
    settings = settings_for_people()
    configure_logging(settings, "switchboard")
    done = False

    async def work(info: StackInfo) -> None:
        nonlocal done
        done = await _demonstrate(info, settings.database, messages, as_json=as_json, seed=seed)
        if stay:
            print("\n".join(describe(info)), flush=True)
            await asyncio.Event().wait()

    running = running_stack(state_dir)
    if running is not None:
        asyncio.run(work(running))
    else:
        _say("Starting Switchboard; this takes about 15 seconds.")
        asyncio.run(run_stack(Stack(state_dir, settings), work))
    if not done:
        sys.exit(1)


async def _demonstrate(info: StackInfo, database: str, messages: int, *, as_json: bool, seed: int | None) -> bool:
    run = Demonstration(info, database, seed)
    try:
        _say("Loading the sample configuration.")
        await run.configure()
        people = await run.sign_up()
        account = await run.send(messages, _progress)
        landed = await run.verify(account, _progress)
        await run.answer(account, landed, _progress)
        evidence = await run.verify_answers(account, _progress)
        landings = await run.landings(evidence, ROWS)
    finally:
        await run.close()
    if as_json:
        print(json.dumps(account.document()), flush=True)
    else:
        _show(account, landings)
        print("\n".join(told(people)), flush=True)
    return not account.faults


def _show(account: Account, landings: list[Landing]) -> None:
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(_table(landings))
    for where, count in sorted(account.landed.items()):
        console.print(f"  {count:>6} conversations: {where}", highlight=False)
    states = ", ".join(f"{count} {state}" for state, count in sorted(account.answer_states.items())) or "none"
    console.print(
        f"{account.messages} messages of {account.conversations} conversations and {account.repeated} repeated "
        f"deliveries were taken in {account.seconds} s.\n"
        f"Agents wrote {account.answers} answers in {account.answered} conversations: {states}.",
        highlight=False,
    )
    for problem in problems_of(account.faults):
        console.print(f"  WRONG {problem}", highlight=False, markup=False)
    verdict = "Every message is where it must be, once and in order, and every answer was read."
    console.print(f"{len(account.faults)} faults." if account.faults else verdict, highlight=False)


def _table(landings: list[Landing]) -> Table:
    table = Table(title=f"Where the first {len(landings)} conversations landed, why, and what was answered")
    columns = ("provider", "account", "customer", "first words", "stands", "why (position action: outcome)", "answer")
    for column in columns:
        table.add_column(column, overflow="fold")
    for one in landings:
        table.add_row(one.provider, one.account, one.contact, one.words, one.where, one.why, one.answer)
    return table


def _progress(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done >= of else ""
        print(f"\r  {done:>7} of {of} {what}", end=end, file=sys.stderr, flush=True)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
