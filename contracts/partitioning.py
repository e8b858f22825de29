"""Which partition a conversation belongs to: everything that can change it travels through that one, in order.

The hash is part of the installation's contract: publishers of every version must agree, so it is spelt out here and its
values are pinned by a test. Partition = the first 8 bytes, big-endian, of BLAKE2b-64 over `account:contact` in UTF-8,
modulo the number of partitions.
"""

from functools import lru_cache
from hashlib import blake2b


def conversation_key(account_id: str, contact_key: str) -> str:
    """The key of the conversation between an account and a contact; account ids hold no colon, so it is unambiguous."""
    return f"{account_id}:{contact_key}"


@lru_cache(maxsize=65536)
def partition_of(key: str, partitions: int) -> int:
    """The partition, 0 to `partitions - 1`, of a conversation key or a distribution target."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") % partitions
