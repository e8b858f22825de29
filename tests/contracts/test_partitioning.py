"""The hash is a contract between publishers of every version."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.partitioning import conversation_key, partition_of


@pytest.mark.parametrize(
    ("key", "of_16", "of_7"),
    [("acc:+393331234567", 12, 2), ("queue:sales", 3, 3), ("acc:", 12, 5), ("a1:user é", 4, 4)],
)
def test_the_partitions_of_these_keys_never_change(key: str, of_16: int, of_7: int) -> None:
    assert (partition_of(key, 16), partition_of(key, 7)) == (of_16, of_7)


@given(st.text(), st.integers(1, 99))
def test_a_partition_is_in_range_and_the_same_each_time(key: str, partitions: int) -> None:
    assert 0 <= partition_of(key, partitions) < partitions
    assert partition_of(key, partitions) == partition_of.__wrapped__(key, partitions)


def test_conversations_are_spread_evenly() -> None:
    counts = Counter(partition_of(conversation_key("acc", f"+39333{n:07d}"), 16) for n in range(16_000))
    assert len(counts) == 16
    assert 850 < min(counts.values()) <= max(counts.values()) < 1150
