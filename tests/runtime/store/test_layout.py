"""The number of partitions and its change: every step is one conditional write, and who is late loses."""

import asyncio

from runtime.store.client import Store
from runtime.store.layout import LayoutStore, Phase, Plan


async def test_an_installation_keeps_the_number_that_it_was_made_with(store: Store) -> None:
    layouts = LayoutStore(store)
    assert await layouts.read() is None
    plans = await asyncio.gather(*(layouts.settle(count) for count in (16, 16, 16)))
    assert plans == [Plan(16, 16)] * 3
    assert await layouts.settle(8) == Plan(16, 16)


async def test_an_installation_of_an_earlier_version_has_its_number(store: Store) -> None:
    await store.database["installation"].insert_one({"_id": "partitions", "count": 12})
    assert await LayoutStore(store).settle(16) == Plan(12, 12)


async def test_a_change_goes_from_step_to_step_and_the_number_changes_at_the_end(store: Store) -> None:
    layouts = LayoutStore(store)
    await layouts.settle(16)
    assert await layouts.begin("mine", 32, 5)
    plan = await layouts.settle(16)
    assert (plan.count, plan.highest, plan.phase) == (16, 32, Phase.DRAINING)
    assert plan.change is not None
    assert (plan.change.to, plan.change.token) == (32, "mine")
    assert plan.change.silent_s < 5

    assert not await layouts.finish("mine"), "it is not closed"
    assert await layouts.advance("mine", Phase.CLOSED)
    assert await layouts.renew("mine")
    assert (await layouts.settle(16)).phase is Phase.CLOSED
    assert await layouts.finish("mine")
    assert await layouts.settle(16) == Plan(32, 32)


async def test_only_one_change_is_under_way_and_an_abandoned_one_is_taken_over(store: Store) -> None:
    layouts = LayoutStore(store)
    await layouts.settle(16)
    begun = await asyncio.gather(*(layouts.begin(token, 8, 5) for token in ("a", "b", "c")))
    assert sorted(begun) == [False, False, True]
    await asyncio.sleep(0.3)
    assert await layouts.begin("late", 4, 0.2)
    plan = await layouts.settle(16)
    assert plan.change is not None
    assert (plan.change.token, plan.change.to, plan.highest) == ("late", 4, 16)
    for token in ("a", "b", "c"):
        assert not await layouts.renew(token)
        assert not await layouts.advance(token, Phase.CLOSED)
        assert not await layouts.finish(token)


async def test_a_change_is_called_off_by_others_only_when_its_command_is_silent(store: Store) -> None:
    layouts = LayoutStore(store)
    await layouts.settle(16)
    await layouts.begin("mine", 8, 5)
    assert not await layouts.call_off("mine", 5)
    await asyncio.sleep(0.3)
    assert not await layouts.call_off("another", 0.2)
    assert await layouts.call_off("mine", 0.2)
    assert not await layouts.finish("mine")
    assert await layouts.settle(16) == Plan(16, 16)
    assert not await layouts.call_off("mine", 0.2)


async def test_what_was_cleaned_up_is_noted_unless_the_number_is_another_by_now(store: Store) -> None:
    layouts = LayoutStore(store)
    await layouts.settle(16)
    await layouts.begin("mine", 8, 5)
    await layouts.cleaned(16)
    await layouts.advance("mine", Phase.CLOSED)
    await layouts.finish("mine")
    assert await layouts.settle(16) == Plan(8, 16)
    await layouts.cleaned(4)
    assert await layouts.settle(16) == Plan(8, 16)
    await layouts.cleaned(8)
    assert await layouts.settle(16) == Plan(8, 8)
