"""The scenario `lists`: pages of interactions as screens ask for them, among a million and among a thousand."""

import random
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from bench.machine import Document, Machine
from bench.report import Figure, percentile_ms, say, say_progress
from contracts.access import Sight
from contracts.interactions import Interaction, InteractionState
from runtime.foundation import INDEXES
from runtime.store.client import Store
from runtime.store.collections import INTERACTIONS
from runtime.store.documents import to_document
from runtime.store.interaction_lists import InteractionFilter, InteractionLists, Order, Page, listing

SMALL = 1000
AT_ONCE = 2000
ROUNDS = 20
TARGET = 0.5
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNTS, QUEUES, AGENTS, TAGS = 50, 100, 500, 20
CUSTOMERS_SHARE = 5
"""One customer in so many interactions: each has been here a few times."""
OPEN = 10_000
"""How many are open, at most: the latest ones."""

VIEWS: Mapping[str, InteractionFilter] = {
    "everything": InteractionFilter(),
    "open": InteractionFilter(is_open=True),
    "waiting or offered": InteractionFilter(states=(InteractionState.WAITING, InteractionState.OFFERED)),
    "not assigned": InteractionFilter(accounts=("account-7",), unmanaged=True),
    "an account": InteractionFilter(accounts=("account-7",)),
    "three accounts": InteractionFilter(accounts=("account-1", "account-7", "account-9")),
    "a queue": InteractionFilter(queues=("queue-7",)),
    "an account and a queue": InteractionFilter(accounts=("account-7",), queues=("queue-7",)),
    "an agent": InteractionFilter(owner="agent-7"),
    "a tag": InteractionFilter(tag="tag-7"),
    "a customer": InteractionFilter(contact_id="customers:+390000000007"),
    "a number": InteractionFilter(contact_key="+390000000007"),
    "a day": InteractionFilter(since=BEGAN + timedelta(minutes=3), until=BEGAN + timedelta(minutes=9)),
    "what an agent sees": InteractionFilter(
        sight=Sight(agent_id="agent-7", accounts=("account-7", "account-9"), queues=("queue-3",))
    ),
    "what an agent sees who shares nothing": InteractionFilter(sight=Sight(agent_id="agent-7", accounts=(), queues=())),
    "what an agent sees of it open": InteractionFilter(
        is_open=True, sight=Sight(agent_id="agent-7", accounts=("account-7",), queues=("queue-3",))
    ),
}
NOBODYS = (InteractionState.WAITING, InteractionState.OFFERED)
CLOSED_TOO = {"everything", "an account", "three accounts"}
PAGES = (Page(), Page(descending=False), Page(order=Order.CLOSED))


async def lists(machine: Machine, count: int) -> Figure:
    """Pages a second among so many interactions, against the same pages when there were a thousand."""
    settings = machine.settings("bench_lists")
    store = Store(settings.mongo_url, settings.database, INDEXES)
    await store.start()
    try:
        await _fill(store, 0, SMALL)
        small = await _pages(store)
        say(f"lists: {SMALL} interactions, p50 {percentile_ms(small, 0.5)} ms, p99 {percentile_ms(small, 0.99)} ms")
        await _fill(store, SMALL, count)
        say(f"lists: {count} interactions; how many index keys and documents the first page of each looks at")
        await _explain(store)
        large = await _pages(store)
    finally:
        await machine.database(settings.database).client.drop_database(settings.database)
        await store.stop()
    rate, reference_rate = len(large) / sum(large), len(small) / sum(small)
    return Figure(
        scenario="lists",
        rate=round(rate, 1),
        p50_ms=percentile_ms(large, 0.5),
        p99_ms=percentile_ms(large, 0.99),
        reference=f"the same pages among {SMALL} interactions",
        reference_rate=round(reference_rate, 1),
        ratio=round(rate / reference_rate, 2),
        target=f"ratio >= {TARGET}",
        met=rate / reference_rate >= TARGET,
    )


async def _fill(store: Store, first: int, last: int) -> None:
    chance = random.Random(first)  # noqa: S311 - which agent a benchmark's customer had is no secret
    for start in range(first, last, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, last))
        documents = [_document(number, last, chance) for number in numbers]
        await store.database[INTERACTIONS].insert_many(documents, ordered=False)
        say_progress(start, last)


def _document(number: int, count: int, chance: random.Random) -> Document:
    opened_at = BEGAN + timedelta(milliseconds=500 * number)
    is_open = number >= count - OPEN and number % 2 == 0
    account, customer = f"account-{chance.randrange(ACCOUNTS)}", f"+39{number // CUSTOMERS_SHARE:010}"
    state = chance.choice([*InteractionState]) if is_open else InteractionState.CLOSED
    is_open = state is not InteractionState.CLOSED
    interaction = Interaction(
        id=f"i{number:012}",
        account_id=account,
        account_key=account[:5],
        contact_key=customer,
        contact_id=f"customers:{customer}",
        conversation=f"{account}:{customer}:{number}",
        correlation_id=f"c{number:012}",
        state=state,
        open=is_open,
        unmanaged=is_open and number % 40 == 0,
        queue_id=f"queue-{chance.randrange(QUEUES)}",
        owner=None if state in NOBODYS else f"agent-{chance.randrange(AGENTS)}",
        offered_to=(f"agent-{chance.randrange(AGENTS)}",) if state is InteractionState.OFFERED else (),
        tags=(f"tag-{chance.randrange(TAGS)}",) if number % 3 == 0 else (),
        opened_at=opened_at,
        first_message_at=opened_at,
        last_message_at=opened_at,
        closed_at=None if is_open else opened_at + timedelta(minutes=10),
    )
    return to_document(interaction)


def _asked() -> Iterator[tuple[str, InteractionFilter, Page]]:
    for name, wanted in VIEWS.items():
        for page in PAGES:
            if page.order is Order.OPENED or name in CLOSED_TOO:
                yield f"{name}, {page.order}{'' if page.descending else ' upwards'}", wanted, page


async def _pages(store: Store) -> list[float]:
    """The seconds that each page took; of each view the first page, and one further down."""
    found, taken = InteractionLists(store), list[float]()
    for _ in range(ROUNDS):
        for _name, wanted, page in _asked():
            started = time.perf_counter()
            _shown, cursor = await found.page(wanted, page)
            taken.append(time.perf_counter() - started)
            if cursor is not None:
                started = time.perf_counter()
                await found.page(wanted, Page(order=page.order, descending=page.descending, cursor=cursor))
                taken.append(time.perf_counter() - started)
    return taken


async def _explain(store: Store) -> None:
    for name, wanted, page in _asked():
        query, sort = listing(wanted, page)
        hint = {"hint": wanted.hint} if wanted.hint else {}
        find = {"find": INTERACTIONS, "filter": query, "sort": dict(sort), "limit": page.limit, **hint}
        explained = await store.database.command("explain", find, verbosity="executionStats")
        stats = explained["executionStats"]
        keys, documents = stats["totalKeysExamined"], stats["totalDocsExamined"]
        say(f"  {name}: {keys} keys, {documents} documents, {stats['executionTimeMillis']} ms")
