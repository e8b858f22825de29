import random
from itertools import islice

from tests.chaos.plan import plan

NAMES = ["a", "b", "c", "d", "e", "f"]


def first(count: int, seed: int) -> list[str]:
    return list(islice(plan(NAMES, random.Random(seed)), count))  # noqa: S311 - no secret


def test_the_same_seed_gives_the_same_faults_in_the_same_order() -> None:
    assert first(50, seed=7) == first(50, seed=7)
    assert first(50, seed=7) != first(50, seed=8)


def test_every_fault_comes_once_before_one_comes_again() -> None:
    found = first(3 * len(NAMES), seed=1)
    rounds = [found[start : start + len(NAMES)] for start in range(0, len(found), len(NAMES))]
    assert [sorted(one) for one in rounds] == [NAMES] * 3
    assert rounds[0] != rounds[1]
