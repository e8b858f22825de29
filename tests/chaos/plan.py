"""Which fault comes when: the same ones in the same order for the same seed. Pure."""

import random
from collections.abc import Iterator, Sequence


def plan(names: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Names of faults without end: each once before one comes again, in an order that changes from round to round."""
    while True:
        yield from chance.sample(names, len(names))
