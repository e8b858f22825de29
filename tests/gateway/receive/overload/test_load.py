"""The load, from what the broker and the members say."""

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.receive.overload.load import IDLE, Load, full, load_of
from runtime.store.membership import Member


def part(in_hand: int, rate: float, held_s: float = 0.0, done: int = 0) -> Mapping[str, Any]:
    return {"in_hand": in_hand, "rate": rate, "lag_s": 0.0, "held_s": held_s, "done": done}


def member(group: str, **parts: Mapping[str, Any]) -> Member:
    return Member(
        group, f"{group}-1", 0.2, {"partitions": {name.removeprefix("p"): one for name, one in parts.items()}}
    )


def test_of_nothing_it_is_nothing() -> None:
    assert load_of({}, []) == IDLE


def test_what_waits_and_what_is_in_hand_is_added_up_and_so_are_the_waits_of_the_stages() -> None:
    members = [
        member("router", p0=part(10, 25.0, held_s=2.0, done=30), p1=part(0, 75.0, held_s=3.0, done=70)),
        member("worker", p0=part(20, 80.0, held_s=1.0, done=100)),
        member("sender", p0=part(99, 1.0)),
        Member("process", "gateway-1", 0.1, {"journal": {}}),
    ]
    found = load_of({"router": 10, "worker": 20}, members)
    assert (found.waiting, found.in_hand, found.backlog) == (30, 30, 60)
    assert found.wait_s == pytest.approx(10 / 100 + 5.0 / 100 + 20 / 80 + 1.0 / 100)


def test_where_nothing_is_finished_it_waits_for_as_long_as_what_is_in_hand_would_take() -> None:
    assert load_of({"router": 40}, []) == Load(40, 0, 40.0)
    assert load_of({}, [member("router", p0=part(12, 4.0))]) == Load(0, 12, 3.0)


def test_the_broker_need_only_be_asked_for_partitions_that_nobody_has_or_of_which_somebody_has_much() -> None:
    members = [member("router", p0=part(31, 9.0), p1=part(32, 9.0)), member("worker", p2=part(0, 0.0))]
    assert full("router", members, 4, 32) == [1, 2, 3]
