from collections.abc import Iterator
from typing import Any

import pytest

from contracts.contacts import Contact, contact_id
from contracts.whitelists import ListRule, NumberRule, PrefixRule, Rule, rule_id, rules_naming
from runtime.store.client import Store
from runtime.store.interactions import InteractionStore
from runtime.store.whitelists import RULES, WhitelistRules, lookup

NUMBER, PREFIX, GOLD = NumberRule(number="+4412345678"), PrefixRule(prefix="+39"), ListRule(list_id="gold")
LISTS = ("gold", "silver")
MEMBER = "IT.member"


@pytest.fixture
def rules(store: Store) -> WhitelistRules:
    return WhitelistRules(store)


async def _join(store: Store, list_id: str, key: str) -> None:
    contact = Contact(id=contact_id(list_id, key), list_id=list_id, key=key)
    await InteractionStore(store).create_contacts([contact])


async def _whitelist(store: Store, key: str) -> None:
    await store.database["whitelists"].insert_one({"_id": f"id of {key}", "name": key, "rules_key": key})


async def _left(store: Store) -> list[str]:
    return [rule["_id"] async for rule in store.database[RULES].find().sort("_id")]


async def test_a_rule_is_there_once_and_only_new_ones_are_counted(rules: WhitelistRules) -> None:
    assert await rules.add("k", [NUMBER, PREFIX]) == 2
    assert await rules.add("k", [PREFIX, GOLD, NUMBER]) == 1
    assert await rules.add("other", [PREFIX]) == 1
    assert set((await rules.page("k", 10)).items) == {NUMBER, PREFIX, GOLD}


async def test_a_rule_is_taken_from_its_own_whitelist_only(rules: WhitelistRules) -> None:
    await rules.add("k", [PREFIX])
    await rules.add("other", [PREFIX])
    assert await rules.remove("k", PREFIX)
    assert not await rules.remove("k", PREFIX)
    assert await rules.filled(["k", "other", "none"]) == {"other"}


async def test_pages_come_in_the_order_of_the_ids_and_leave_nothing_out(rules: WhitelistRules) -> None:
    many: list[Rule] = [*(NumberRule(number=f"+39000000{n:03}") for n in range(20)), PREFIX, GOLD]
    await rules.add("k", many)
    await rules.add("k1", [PrefixRule(prefix="+1")])
    await rules.add("j", [PrefixRule(prefix="+1")])
    found: list[Rule] = []
    cursor = None
    while True:
        page = await rules.page("k", 5, cursor=cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
        assert len(page.items) == 5
    assert [rule_id(rule) for rule in found] == sorted(rule_id(rule) for rule in many)


@pytest.mark.parametrize(
    ("begin", "found"),
    [
        ("+39", ["+39*", "+39000000001", "+391*"]),
        ("+391", ["+391*"]),
        ("+390", ["+39000000001"]),
        ("@g", ["@gold"]),
        ("+4", []),
    ],
)
async def test_rules_are_found_by_how_they_begin(rules: WhitelistRules, begin: str, found: list[str]) -> None:
    await rules.add(
        "k", [PREFIX, NumberRule(number="+39000000001"), PrefixRule(prefix="+391"), PrefixRule(prefix="+3"), GOLD]
    )
    assert [rule_id(rule) for rule in (await rules.page("k", 10, begin)).items] == found
    (first,) = (await rules.page("k", 1, begin)).items or (None,)
    assert first is None or rule_id(first) == found[0]


async def test_each_sender_is_named_by_the_whitelists_that_have_a_rule_for_them(
    store: Store, rules: WhitelistRules
) -> None:
    await rules.add("a", [NUMBER, GOLD])
    await rules.add("b", [PREFIX])
    await _join(store, "gold", MEMBER)
    await _join(store, "gold", "+393331234567")
    await _join(store, "silver", "+4100000000")
    both = {"a", "b"}
    senders = {
        "+4412345678": both,
        "+44123456789": both,
        "+393331234567": both,
        "393331234568": both,
        MEMBER: both,
        "+4100000000": both,
        "IT.nobody": both,
        "+39000000001": {"a"},
    }

    found = await rules.naming(senders, LISTS)

    assert found == {
        "+4412345678": {"a"},
        "+44123456789": set(),
        "+393331234567": {"a", "b"},
        "393331234568": {"b"},
        MEMBER: {"a"},
        "+4100000000": set(),
        "IT.nobody": set(),
        "+39000000001": set(),
    }


async def test_a_member_is_named_by_the_whitelist_that_has_their_list_and_not_by_its_neighbour(
    store: Store, rules: WhitelistRules
) -> None:
    await rules.add("a", [GOLD])
    await rules.add("b", [ListRule(list_id="silver")])
    await _join(store, "gold", MEMBER)
    assert await rules.naming({MEMBER: {"a", "b"}}, LISTS) == {MEMBER: {"a"}}


async def test_a_rule_for_a_list_that_is_gone_names_nobody(store: Store, rules: WhitelistRules) -> None:
    await rules.add("a", [GOLD])
    await _join(store, "gold", MEMBER)
    assert await rules.naming({MEMBER: {"a"}}, ["silver"]) == {MEMBER: set()}
    assert await rules.naming({MEMBER: {"a"}}, []) == {MEMBER: set()}


async def test_nobody_asked_for_is_no_query(rules: WhitelistRules, store: Store) -> None:
    assert await rules.naming({}, LISTS) == {}


async def test_the_whitelists_that_have_a_list_are_known(rules: WhitelistRules) -> None:
    await rules.add("a", [GOLD])
    await rules.add("b", [ListRule(list_id="silver")])
    assert await rules.admitting_lists(["a", "b", "c"], ["gold", "bronze"]) == {"a"}


async def test_a_look_up_reads_no_more_of_a_large_whitelist_than_of_a_small_one(
    store: Store, rules: WhitelistRules
) -> None:
    senders = [f"+3900000{n:04}" for n in range(0, 400, 2)]
    for key, size in (("small", 10), ("large", 20_000)):
        await rules.add(key, [NumberRule(number=f"+3900000{n * 3:05}") for n in range(size)])
        await rules.add(key, [GOLD])
    examined = {key: await _examined(store, senders, key) for key in ("small", "large")}
    bound = 4 * sum(len(rules_naming(sender)) for sender in senders)
    assert examined["large"] <= bound
    assert examined["small"] <= bound


async def _examined(store: Store, senders: list[str], key: str) -> int:
    wanted = {(sender, key): [f"{key}:{rule}" for rule in rules_naming(sender)] for sender in senders}
    command = {"aggregate": RULES, "pipeline": lookup(wanted, LISTS), "cursor": {}}
    explained = await store.database.command("explain", command, verbosity="executionStats")
    stages = list(_stages(explained))
    assert stages
    assert not {"COLLSCAN", "SORT"} & {stage["stage"] for stage in stages if "stage" in stage}
    return sum(stage["totalKeysExamined"] for stage in stages if "totalKeysExamined" in stage)


def _stages(node: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a plan is what MongoDB makes it
    if isinstance(node, dict):
        if "stage" in node or "totalKeysExamined" in node:
            yield node
        for part in node.values():
            yield from _stages(part)
    elif isinstance(node, list):
        for part in node:
            yield from _stages(part)


async def test_the_rules_of_deleted_whitelists_go_a_part_at_a_time_and_the_others_stay(
    store: Store, rules: WhitelistRules
) -> None:
    for key in ("a", "gone", "gone1", "z"):
        await rules.add(key, [NumberRule(number=f"+39000000{n:03}") for n in range(30)])
    await _whitelist(store, "a")
    await _whitelist(store, "z")

    assert await rules.discard_orphans(20) == 20
    assert await WhitelistRules(store).discard_orphans(25) == 25
    assert await rules.discard_orphans(1000) == 15
    assert await rules.discard_orphans(1000) == 0

    assert {rule.split(":")[0] for rule in await _left(store)} == {"a", "z"}
    assert len(await _left(store)) == 60
