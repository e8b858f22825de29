"""Sign-ins are counted in the database: at the same time, in windows, and without the words that were typed."""

import asyncio
from datetime import timedelta

from runtime.store.client import Store
from runtime.store.users_attempts import ATTEMPTS, AttemptStore
from tests.parts import NOW

WINDOW = timedelta(minutes=5)


async def test_of_many_at_the_same_time_only_so_many_get_through(store: Store) -> None:
    consoles = [AttemptStore(store, WINDOW), AttemptStore(store, WINDOW)]
    waits = await asyncio.gather(*(consoles[n % 2].count("name", "ann", 5, NOW) for n in range(20)))

    assert sum(until is None for until in waits) == 5
    assert {until for until in waits if until} == {NOW + WINDOW}


async def test_a_window_ends_by_itself_and_trying_on_does_not_make_it_longer(store: Store) -> None:
    attempts = AttemptStore(store, WINDOW)
    for second in (0, 10, 299):
        await attempts.count("name", "ann", 1, NOW + timedelta(seconds=second))

    assert await attempts.count("name", "ann", 1, NOW + WINDOW) is None
    assert await attempts.count("name", "ann", 1, NOW + WINDOW) == NOW + 2 * WINDOW


async def test_to_ask_counts_nothing_and_names_and_addresses_are_apart(store: Store) -> None:
    attempts = AttemptStore(store, WINDOW)
    for _ in range(3):
        assert await attempts.over("address", "ann", 1, NOW) is None
    await attempts.count("address", "ann", 1, NOW)

    assert await attempts.over("address", "ann", 1, NOW) == NOW + WINDOW
    assert await attempts.over("address", "ann", 2, NOW) is None
    assert await attempts.over("address", "ann", 1, NOW + WINDOW) is None
    assert await attempts.over("name", "ann", 1, NOW) is None


async def test_what_is_forgotten_begins_anew_and_what_has_ended_is_swept_away(store: Store) -> None:
    attempts = AttemptStore(store, WINDOW)
    await attempts.count("name", "ann", 1, NOW)
    await attempts.count("name", "somebody else", 1, NOW - WINDOW)
    await attempts.count("address", "::1", 1, NOW)
    await attempts.forget("name", "ann", NOW)

    assert await attempts.count("name", "ann", 1, NOW) is None
    kept = await store.database[ATTEMPTS].find({}).to_list(None)
    assert len(kept) == 2
    assert "ann" not in str(kept)
