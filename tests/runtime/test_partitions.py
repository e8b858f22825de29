"""Spreading partitions over instances: even, total, the same everywhere, and calm."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from runtime.partitions import assignment, owned_by

MEMBERS = st.lists(st.text("abcdef0123456789-", min_size=1, max_size=12), min_size=1, max_size=12, unique=True).map(
    sorted
)
PARTITIONS = st.integers(1, 99)


def test_without_members_nobody_owns_anything() -> None:
    assert assignment([], 16) == {}
    assert owned_by("a", [], 16) == frozenset()


@given(MEMBERS, PARTITIONS)
def test_every_partition_has_one_owner_and_the_shares_differ_by_one_at_most(
    members: list[str], partitions: int
) -> None:
    owners = assignment(members, partitions)
    assert list(owners) == list(range(partitions))
    counts = Counter(dict.fromkeys(members, 0)) + Counter()
    counts.update(owners.values())
    sizes = [counts[member] for member in members]
    assert sum(sizes) == partitions
    assert max(sizes) - min(sizes) <= 1
    assert frozenset().union(*(owned_by(one, members, partitions) for one in members)) == frozenset(range(partitions))


@given(MEMBERS, PARTITIONS)
def test_the_assignment_is_the_same_each_time(members: list[str], partitions: int) -> None:
    assert assignment(members, partitions) == assignment(tuple(members), partitions)


def _moved(before: list[str], after: list[str], partitions: int) -> int:
    one, other = assignment(before, partitions), assignment(after, partitions)
    return sum(1 for number in one if one[number] != other[number])


def test_few_partitions_move_when_one_instance_joins_or_leaves() -> None:
    """At least a share must move; on average no more than three times that, where dealing out anew moves nearly all."""
    shares, moves, dealt = 0, 0, 0
    for size in range(2, 9):
        for trial in range(20):
            members = sorted(f"router-{trial}-{n}" for n in range(size))
            joined = sorted([*members, f"router-{trial}-new"])
            for partitions in (16, 64):
                shares += partitions // (size + 1)
                moves += _moved(members, joined, partitions)
                dealt += sum(1 for n in range(partitions) if members[n % size] != joined[n % (size + 1)])
    assert shares <= moves < 3 * shares
    assert moves < dealt / 2
