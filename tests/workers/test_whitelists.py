import pytest

from contracts.whitelists import NumberRule
from runtime.store.client import Store
from runtime.store.whitelists import RULES, WhitelistRules
from workers import whitelists
from workers.whitelists import WhitelistSweep


async def test_the_rules_of_a_deleted_whitelist_are_cleared_away_by_sweep_after_sweep(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whitelists, "MOST_AT_ONCE", 40)
    rules, kept = WhitelistRules(store), store.database[RULES]
    await store.database["whitelists"].insert_one({"_id": "w", "name": "W", "rules_key": "stays"})
    for key in ("gone", "stays"):
        await rules.add(key, [NumberRule(number=f"+39000000{number:03}") for number in range(100)])

    left = []
    for _ in range(4):
        await WhitelistSweep(WhitelistRules(store))()
        left.append(await kept.count_documents({}))

    assert left == [160, 120, 100, 100]
    assert await rules.filled(["gone", "stays"]) == {"stays"}
