"""Lists of interactions: each filter, both orders, pages that neither leave out nor repeat, and the indexes that serve
them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.access import Sight
from contracts.errors import ConfigurationFault
from contracts.interactions import Interaction, InteractionState
from runtime.store.client import Store
from runtime.store.collections import INTERACTIONS
from runtime.store.documents import to_document
from runtime.store.interaction_lists import InteractionFilter, InteractionLists, Order, Page, listing
from tests.parts import NOW

MANY = 600
STATES = tuple(InteractionState)


def one(number: int) -> Interaction:
    """The interaction with a number: everything in it follows from that. Two of them are opened at a time."""
    state = STATES[number % len(STATES)]
    is_open = state is not InteractionState.CLOSED
    opened_at = NOW + timedelta(seconds=number // 2)
    return Interaction(
        id=f"i{number:04}",
        account_id=f"account-{number % 5}",
        account_key=f"A{number % 5}",
        contact_key=f"+39{number // 3:08}",
        contact_id=f"list:+39{number // 6 * 2:08}",
        conversation=f"account-{number % 5}:{number}",
        correlation_id="c",
        state=state,
        open=is_open,
        unmanaged=is_open and number % 4 == 0,
        queue_id=f"queue-{number % 7}" if number % 2 else None,
        owner=f"agent-{number % 11}" if number % 3 else None,
        offered_to=("agent-9",) if state is InteractionState.OFFERED and number % 9 == 0 else (),
        tags=(f"tag-{number % 4}", "seen") if number % 5 else (),
        opened_at=opened_at,
        closed_at=None if is_open else opened_at + timedelta(hours=1) - timedelta(seconds=number),
    )


ALL = [one(number) for number in range(MANY)]
SIGHT = Sight(agent_id="agent-9", accounts=("account-2",), queues=("queue-3",))
WIDE = Sight(agent_id="agent-9", accounts=("account-2", "account-3"), queues=("queue-3", "queue-4"))
NOTHING_SHARED = Sight(agent_id="agent-9", accounts=(), queues=())
FILTERS: Mapping[str, tuple[InteractionFilter, Callable[[Interaction], bool]]] = {
    "everything": (InteractionFilter(), lambda i: True),
    "account": (InteractionFilter(accounts=("account-2",)), lambda i: i.account_id == "account-2"),
    "accounts": (
        InteractionFilter(accounts=("account-2", "account-4")),
        lambda i: i.account_id in {"account-2", "account-4"},
    ),
    "states": (
        InteractionFilter(states=(InteractionState.WAITING, InteractionState.OFFERED)),
        lambda i: i.state in {"waiting", "offered"},
    ),
    "closed": (InteractionFilter(states=(InteractionState.CLOSED,)), lambda i: i.state == "closed"),
    "queue": (InteractionFilter(queues=("queue-3",)), lambda i: i.queue_id == "queue-3"),
    "owner": (InteractionFilter(owner="agent-7"), lambda i: i.owner == "agent-7"),
    "key": (InteractionFilter(contact_key="+3900000007"), lambda i: i.contact_key == "+3900000007"),
    "contact": (InteractionFilter(contact_id="list:+3900000008"), lambda i: i.contact_id == "list:+3900000008"),
    "tag": (InteractionFilter(tag="tag-3"), lambda i: "tag-3" in i.tags),
    "open": (InteractionFilter(is_open=True), lambda i: i.open),
    "not open": (InteractionFilter(is_open=False), lambda i: not i.open),
    "unmanaged": (InteractionFilter(unmanaged=True), lambda i: i.unmanaged),
    "time": (
        InteractionFilter(since=NOW + timedelta(seconds=20), until=NOW + timedelta(seconds=30)),
        lambda i: 20 <= (i.opened_at - NOW).seconds < 30,
    ),
    "sight": (InteractionFilter(sight=SIGHT), SIGHT.sees),
    "wide sight": (InteractionFilter(sight=WIDE), WIDE.sees),
    "sight of what is one's own": (InteractionFilter(sight=NOTHING_SHARED), NOTHING_SHARED.sees),
    "sight of open ones": (InteractionFilter(sight=SIGHT, is_open=True), lambda i: SIGHT.sees(i) and i.open),
    "sight of open ones in an account": (
        InteractionFilter(sight=SIGHT, is_open=True, accounts=("account-1",)),
        lambda i: SIGHT.sees(i) and i.open and i.account_id == "account-1",
    ),
}


@pytest.fixture
async def lists(store: Store) -> InteractionLists:
    await store.database[INTERACTIONS].insert_many([to_document(interaction) for interaction in ALL])
    return InteractionLists(store)


async def all_of(lists: InteractionLists, wanted: InteractionFilter, page: Page) -> list[str]:
    """The ids on all pages, one after the other."""
    ids, cursor = list[str](), page.cursor
    while True:
        following = Page(order=page.order, descending=page.descending, limit=page.limit, cursor=cursor)
        shown, cursor = await lists.page(wanted, following)
        assert len(shown) <= page.limit
        ids += [interaction.id for interaction in shown]
        if cursor is None:
            return ids


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("name", FILTERS)
async def test_the_pages_of_a_filter_hold_what_matches_once_and_in_order(
    lists: InteractionLists, name: str, descending: bool
) -> None:
    wanted, matches = FILTERS[name]
    matching = sorted((i for i in ALL if matches(i)), key=lambda i: i.id)
    downwards = sorted(matching, key=lambda i: i.opened_at, reverse=True)  # of those opened at one time the id rises
    expected = downwards if descending else downwards[::-1]
    assert len(expected) > 1

    found = await all_of(lists, wanted, Page(descending=descending, limit=7))

    assert found == [interaction.id for interaction in expected]


@pytest.mark.parametrize("accounts", [(), ("account-2",), ("account-1", "account-2")])
async def test_closed_ones_are_sorted_by_their_end(lists: InteractionLists, accounts: tuple[str, ...]) -> None:
    matching = [i for i in ALL if not i.open and (not accounts or i.account_id in accounts)]
    expected = sorted(matching, key=lambda i: (i.closed_at or NOW, i.id))

    wanted = InteractionFilter(accounts=accounts)
    upwards = await all_of(lists, wanted, Page(order=Order.CLOSED, descending=False, limit=9))
    downwards = await all_of(lists, wanted, Page(order=Order.CLOSED, limit=9))

    assert upwards == [i.id for i in expected]
    assert downwards == upwards[::-1]


@pytest.mark.parametrize("wanted", [InteractionFilter(is_open=True), InteractionFilter(tag="x")], ids=["open", "tag"])
async def test_an_order_that_no_index_gives_is_refused(lists: InteractionLists, wanted: InteractionFilter) -> None:
    with pytest.raises(ConfigurationFault, match="by closed goes with no filter but account"):
        await lists.page(wanted, Page(order=Order.CLOSED))


@pytest.mark.parametrize("cursor", ["", "x", "12", "x_i1", f"{10**30}_i1"])
async def test_a_cursor_of_no_page_is_refused(lists: InteractionLists, cursor: str) -> None:
    with pytest.raises(ConfigurationFault, match="cursor"):
        await lists.page(InteractionFilter(), Page(cursor=cursor))


INDEXED = {
    "everything": "by_time",
    "account": "by_account",
    "states": "open_by_time",
    "queue": "by_queue_told_account",
    "owner": "by_owner",
    "key": "by_contact_key",
    "contact": "by_contact",
    "tag": "by_tag",
    "open": "open_by_time",
    "unmanaged": "unmanaged",
    "time": "by_time",
}


@pytest.mark.parametrize("name", INDEXED)
async def test_a_filter_may_be_served_by_its_index_without_a_sort(
    lists: InteractionLists, store: Store, name: str
) -> None:
    wanted, _ = FILTERS[name]
    if name == "unmanaged":
        wanted = replace(wanted, accounts=("account-2",))
    query, sort = listing(wanted, Page())
    find = {"find": INTERACTIONS, "filter": query, "sort": dict(sort), "limit": 10, "hint": INDEXED[name]}

    plan = str(await store.database.command("explain", find, verbosity="queryPlanner"))

    assert INDEXED[name] in plan
    assert "'SORT'" not in plan


@pytest.mark.parametrize("sight", [SIGHT, WIDE, NOTHING_SHARED], ids=["sight", "wide", "nothing shared"])
async def test_what_an_agent_sees_may_be_put_together_from_an_index_each(
    lists: InteractionLists, store: Store, sight: Sight
) -> None:
    query, sort = listing(InteractionFilter(sight=sight), Page())
    find = {"find": INTERACTIONS, "filter": query, "sort": dict(sort), "limit": 10}

    explained = await store.database.command("explain", find, verbosity="queryPlanner")

    planner = explained["queryPlanner"]
    merged = [str(plan) for plan in (planner["winningPlan"], *planner["rejectedPlans"]) if "SORT_MERGE" in str(plan)]
    assert any("by_owner" in plan and "by_offer" in plan for plan in merged)


def test_open_ones_that_an_agent_sees_are_read_from_their_index() -> None:
    wanted = InteractionFilter(sight=SIGHT, is_open=True)

    assert wanted.hint == "open_by_time"
    assert replace(wanted, accounts=("account-1",)).hint is None
    assert replace(wanted, is_open=None).hint is None
