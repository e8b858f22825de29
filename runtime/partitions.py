"""Spreading partitions over the live instances of a kind of process.

Every instance computes the same assignment from the same list of members, so nobody has to tell anybody: rendezvous
hashing with a ceiling, which is even and moves few partitions when an instance comes or goes. For the moment in which
two instances see different lists, the broker's single active consumer keeps them from working on one partition at the
same time.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b


def assignment(members: Sequence[str], partitions: int) -> dict[int, str]:
    """The owner of each partition. With no members, nobody owns anything."""
    if not members:
        return {}
    ceiling = -(-partitions // len(members))
    floor_owners = partitions % len(members) or len(members)
    owned: Counter[str] = Counter()
    owners: dict[int, str] = {}
    for partition in range(partitions):
        full = sum(1 for count in owned.values() if count == ceiling)
        most = ceiling if full < floor_owners else ceiling - 1
        candidates = [member for member in members if owned[member] < most]
        owner = max(candidates, key=lambda member: _score(member, partition))
        owners[partition] = owner
        owned[owner] += 1
    return owners


def owned_by(instance: str, members: Sequence[str], partitions: int) -> frozenset[int]:
    """The partitions of one instance."""
    return frozenset(number for number, owner in assignment(members, partitions).items() if owner == instance)


def _score(member: str, partition: int) -> bytes:
    return blake2b(f"{member}/{partition}".encode(), digest_size=8).digest()
