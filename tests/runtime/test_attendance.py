"""Every process says that it is there, and follows the number of partitions."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from runtime import attendance as attendance_module
from runtime.attendance import GROUP, Attendance
from runtime.layout import Layout
from runtime.store.client import Store
from runtime.store.layout import LayoutStore, Phase, Plan
from runtime.store.membership import Membership, Roll
from tests.patience import eventually

BEAT_S = 0.05


class One:
    """A process of one part."""

    def __init__(self, store: Store, partitions: int = 16) -> None:
        self.layout = Layout(partitions, inlet=True, known=False)
        self.layouts = LayoutStore(store)
        membership = Membership(store, GROUP, "one", 5)
        self.part = Attendance("gateway", membership, self.layouts, self.layout, partitions, BEAT_S)
        self._roll = Roll(store)

    async def says(self) -> dict[str, Any]:
        (member,) = await self._roll.call()
        return dict(member.doing)


@pytest.fixture
async def one(store: Store) -> AsyncIterator[One]:
    one = One(store)
    await one.part.start()
    yield one
    await one.part.stop()


async def test_a_new_installation_gets_the_number_of_the_setting_and_another_process_follows(
    one: One, store: Store
) -> None:
    assert (one.layout.count, one.layout.known) == (16, True)
    other = One(store, partitions=8)
    await other.part.start()
    assert other.layout.count == 16
    await other.part.stop()


async def test_a_process_says_how_far_it_has_followed_a_change(one: One) -> None:
    await one.layouts.begin("t", 32, 5)

    async def settled(phase: str) -> bool:
        layout = (await one.says())["layout"]
        return bool(layout == {"count": 16, "token": "t", "phase": phase, "settled": True})

    await eventually(lambda: settled("draining"))
    assert one.layout.held
    await one.layouts.advance("t", Phase.CLOSED)
    await eventually(lambda: settled("closed"))
    await one.layouts.finish("t")

    async def follows() -> bool:
        return bool((await one.says())["layout"]["count"] == 32)

    await eventually(follows)
    assert (one.layout.count, one.layout.held) == (32, False)


async def test_a_process_with_something_under_way_has_not_settled(one: One) -> None:
    async with one.layout.publishing():
        await one.layouts.begin("t", 32, 5)

        async def held() -> bool:
            return bool((await one.says())["layout"]["phase"] == "draining")

        await eventually(held)
        assert (await one.says())["layout"]["settled"] is False


async def test_a_process_that_starts_in_the_middle_of_a_change_holds_from_the_beginning(store: Store) -> None:
    starting = One(store)
    await starting.layouts.settle(16)
    await starting.layouts.begin("t", 32, 5)
    await starting.part.start()
    assert starting.layout.held
    await starting.part.stop()


async def test_a_change_whose_command_died_is_called_off_by_whoever_sees_it(
    one: One, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance_module, "CALL_OFF_S", 0.3)
    await one.layouts.begin("t", 32, 5)

    async def called_off() -> bool:
        return await one.layouts.read() == Plan(16, 32)

    await eventually(called_off)

    async def goes_on() -> bool:
        return not one.layout.held

    await eventually(goes_on)


async def test_who_leaves_is_gone_at_once(store: Store) -> None:
    leaving = One(store)
    await leaving.part.start()
    await leaving.part.stop()
    assert await Roll(store).call() == []
