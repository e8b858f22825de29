"""The gate before everything that is published into partitions."""

import asyncio

import pytest

from contracts.errors import Unavailable
from runtime import layout as layout_module
from runtime.layout import Layout, layout_of
from runtime.store.layout import Phase


async def test_an_open_gate_tells_the_number() -> None:
    async with Layout(16).publishing() as count:
        assert count == 16


@pytest.mark.parametrize(
    ("inlet", "phase", "held", "consuming"),
    [
        (True, Phase.OPEN, False, True),
        (True, Phase.DRAINING, True, True),
        (True, Phase.CLOSED, True, False),
        (False, Phase.OPEN, False, True),
        (False, Phase.DRAINING, False, True),
        (False, Phase.CLOSED, True, False),
    ],
)
def test_inlets_are_held_first_and_then_everybody(inlet: bool, phase: Phase, held: bool, consuming: bool) -> None:
    layout = Layout(16, inlet=inlet)
    layout.apply(16, phase)
    assert (layout.held, layout.consuming) == (held, consuming)


async def test_who_waits_at_a_closed_gate_goes_on_with_the_new_number() -> None:
    layout = Layout(16)
    layout.apply(16, Phase.CLOSED)

    async def publish() -> int:
        async with layout.publishing() as count:
            return count

    waiting = asyncio.create_task(publish())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    layout.apply(32, Phase.OPEN)
    assert await waiting == 32


async def test_a_gate_that_stays_closed_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout_module, "PATIENCE_S", 0.02)
    layout = Layout(16)
    layout.apply(16, Phase.CLOSED)
    with pytest.raises(Unavailable, match="the number of partitions is being changed"):
        async with layout.publishing():
            pass
    assert layout.settled


async def test_a_process_has_settled_when_nothing_is_under_way_and_its_consumers_rest() -> None:
    layout, resting = Layout(16), False
    layout.consumer(lambda: resting)
    async with layout.publishing():
        layout.apply(16, Phase.DRAINING)
        assert layout.settled, "it is no inlet: it goes on"
        layout.apply(16, Phase.CLOSED)
        assert not layout.settled
        resting = True
        assert not layout.settled, "a publish is under way"
    assert layout.settled
    with layout.under_way():
        assert not layout.settled


def test_a_number_is_a_layout_that_never_changes() -> None:
    layout = Layout(4)
    assert layout_of(layout) is layout
    assert layout_of(7).count == 7
