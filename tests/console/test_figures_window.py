"""Figures that are kept from one look to the next come out as if everything were counted anew."""

import random
from datetime import datetime, timedelta

from console.figures_window import WHOLE_EVERY, Happenings, floor
from contracts.interactions import Interaction, InteractionState
from contracts.takings import Taking
from runtime.store.client import Store
from runtime.store.collections import INTERACTIONS
from runtime.store.documents import to_document
from runtime.store.realtime import Closed, RealtimeStore, Taken
from tests.parts import NOW, TestClock

WITHIN_S = 60.0
Sums = dict[tuple[object, ...], tuple[float, ...]]


class Watched(RealtimeStore):
    """Remembers from where on it was asked."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.asked: list[datetime] = []

    async def taken(self, since: datetime, within_s: float) -> list[Taken]:
        self.asked.append(since)
        return await super().taken(since, within_s)


def ended(number: int, at: datetime, *, answered: bool) -> Interaction:
    """An interaction that was closed then, after an agent had it for a minute, or nobody."""
    begun_at = at - timedelta(minutes=2)
    taking = Taking(
        agent_id="ann", at=at - timedelta(minutes=1), since=begun_at, begun_at=begun_at, queue_id=f"q{number % 3}"
    )
    return Interaction(
        id=f"i{number}",
        account_id=f"a{number % 2}",
        account_key="A",
        contact_key=f"+39333{number:06d}",
        contact_id="c",
        conversation=f"c{number}",
        correlation_id="c",
        state=InteractionState.CLOSED,
        open=False,
        queue_id=f"q{number % 3}",
        opened_at=begun_at,
        waiting_since=begun_at,
        closed_at=at,
        message_count=1,
        takings=(taking,) if answered else (),
    )


def sums(happened: tuple[list[Taken], list[Closed]]) -> Sums:
    taken: Sums = {("t", r.bucket, r.account_id, r.queue_id): (r.count, r.wait_s, r.within) for r in happened[0]}
    closed: Sums = {("c", r.bucket, r.account_id, r.queue_id): (r.count, r.handled, r.abandoned) for r in happened[1]}
    return {**taken, **closed}


async def test_a_look_reads_the_last_minutes_and_finds_what_a_count_of_everything_finds(store: Store) -> None:
    clock, realtime = TestClock(), Watched(store)
    chance = random.Random(11)  # noqa: S311 - an example, not a secret
    kept, begin, number = Happenings(realtime, clock, WITHIN_S), NOW, 0
    for _ in range(12):
        clock.pass_(chance.uniform(1, 240))
        made = [ended(number + one, clock.now, answered=chance.random() < 0.7) for one in range(chance.randrange(1, 6))]
        number += len(made)
        await store.database[INTERACTIONS].insert_many([to_document(one) for one in made])
        happened = await kept.since(begin)
        whole = (
            await RealtimeStore(store).taken(floor(begin), WITHIN_S),
            await RealtimeStore(store).closed(floor(begin)),
        )
        assert sums((list(happened.taken), list(happened.closed))) == sums(whole)
        assert sum(row.count for row in happened.closed) == number
    assert len(set(realtime.asked)) > 2, "every look read everything"


async def test_a_window_that_moves_on_forgets_what_fell_out_of_it(store: Store) -> None:
    clock = TestClock()
    kept = Happenings(RealtimeStore(store), clock, WITHIN_S)
    await store.database[INTERACTIONS].insert_one(to_document(ended(1, clock.now, answered=True)))
    assert len((await kept.since(clock.now - timedelta(hours=1))).closed) == 1
    clock.pass_(3000)
    assert len((await kept.since(clock.now - timedelta(hours=1))).closed) == 1
    clock.pass_(3000)
    assert (await kept.since(clock.now - timedelta(hours=1))).closed == ()


async def test_what_was_opened_again_leaves_the_count_when_everything_is_read_again(store: Store) -> None:
    clock = TestClock()
    kept, collection = Happenings(RealtimeStore(store), clock, WITHIN_S), store.database[INTERACTIONS]
    await collection.insert_one(to_document(ended(1, clock.now, answered=False)))
    clock.pass_(1300)
    assert [row.abandoned for row in (await kept.since(NOW)).closed] == [1]
    await collection.update_one({"_id": "i1"}, {"$set": {"open": True, "closed_at": None}})
    clock.pass_(60)
    assert [row.abandoned for row in (await kept.since(NOW)).closed] == [1]
    clock.pass_(WHOLE_EVERY.total_seconds())
    assert (await kept.since(NOW)).closed == ()
