"""Agent queues: the last state wins, in whatever order it is written."""

import asyncio
import random
from collections.abc import Collection, Sequence
from datetime import timedelta
from itertools import pairwise

import pytest

from contracts.interactions import AgentQueueEntry, EntryKind, Interaction, InteractionState
from runtime.store.agent_queues import AgentQueues, entries_of
from runtime.store.interactions import Change, InteractionStore
from tests.parts import NOW, Parts
from tests.router.engine.builders import interaction

AGENTS = ("ann", "ben", "cleo")


class StaleReads(InteractionStore):
    """What is read may be written long afterwards."""

    def __init__(self, parts: Parts, chance: random.Random) -> None:
        super().__init__(parts.store)
        self._chance = chance

    async def get_many(self, ids: Collection[str]) -> list[Interaction]:
        found = await super().get_many(ids)
        await asyncio.sleep(self._chance.random() / 100)
        return found


def history(chance: random.Random, length: int) -> list[Interaction]:
    """The states that one interaction goes through."""
    states = []
    for version in range(1, length + 1):
        offered = tuple(agent for agent in AGENTS if chance.random() < 0.4)
        owner = chance.choice(AGENTS) if chance.random() < 0.3 else None
        state = (
            InteractionState.ASSIGNED if owner else InteractionState.OFFERED if offered else InteractionState.WAITING
        )
        fields = {"owner": owner, "offered_to": () if owner else offered, "state": state, "version": version}
        states.append(interaction(**fields, sequence=version, preview=f"v{version}"))
    return states


async def stored(parts: Parts) -> list[AgentQueueEntry]:
    lists = [await parts.queues.entries(agent) for agent in AGENTS]
    return sorted((entry for entries in lists for entry in entries), key=lambda entry: entry.id)


@pytest.mark.parametrize("seed", range(12))
async def test_writers_in_any_order_with_stale_reads_end_in_the_last_state(parts: Parts, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - an order of writers, not a secret
    states = history(chance, 8)
    await parts.interactions.save([Change(None, states[0])])
    queues = AgentQueues(parts.store, StaleReads(parts, chance))

    async def change() -> None:
        for before, after in pairwise(states):
            await asyncio.sleep(chance.random() / 100)
            await parts.interactions.save([Change(before, after)])
            written = await parts.interactions.get_many([after.id])
            await queues.show(written, settle=[after.id])

    async def project() -> None:
        for _ in range(6):
            await asyncio.sleep(chance.random() / 60)
            settle = ["i1"] if chance.random() < 0.5 else []
            await queues.deliver(["i1"], settle=settle)

    async def lag() -> None:
        await asyncio.sleep(chance.random() / 20)
        await queues.show([chance.choice(states[:3])])

    async def refresh() -> None:
        for _ in range(4):
            (decided,) = await parts.interactions.get_many(["i1"])
            await asyncio.sleep(chance.random() / 60)
            await queues.deliver(await queues.refresh(entries_of(decided)))

    await asyncio.gather(change(), *(project() for _ in range(3)), lag(), lag(), refresh(), refresh())
    await queues.deliver(["i1"], settle=["i1"])

    last = (await parts.interactions.get_many(["i1"]))[0]
    assert last.version == len(states)
    assert await stored(parts) == sorted(entries_of(last), key=lambda entry: entry.id)


async def test_an_older_version_never_overwrites_a_newer(parts: Parts) -> None:
    old = interaction(owner="ann", state=InteractionState.ASSIGNED, version=1, preview="old")
    new = old.model_copy(update={"version": 2, "preview": "new"})
    await parts.interactions.save([Change(None, old)])
    await parts.interactions.save([Change(old, new)])
    await parts.queues.show([new])

    shown = await parts.queues.show([old])

    assert [entry.preview for entry in await stored(parts)] == ["new"]
    assert [one.version for one in shown] == [2]


async def test_entries_that_are_there_are_refreshed_without_a_read_and_others_are_named(parts: Parts) -> None:
    first = interaction(offered_to=("ann", "ben"), state=InteractionState.OFFERED, version=1, preview="first")
    second = first.model_copy(update={"version": 2, "preview": "second"})
    await parts.queues.show([first])

    # Not a word of it is in the interactions: what is refreshed is what was decided.
    assert await parts.queues.refresh(entries_of(second)) == set()
    assert [entry.preview for entry in await stored(parts)] == ["second", "second"]
    assert await parts.queues.refresh(entries_of(first)) == {"i1"}
    assert [entry.preview for entry in await stored(parts)] == ["second", "second"]
    alone = interaction(id="i2", conversation="acc:2", owner="ann", state=InteractionState.ASSIGNED, version=1)
    assert await parts.queues.refresh([*entries_of(second), *entries_of(alone)]) == {"i1", "i2"}


async def test_what_is_closed_is_in_front_of_nobody(parts: Parts) -> None:
    owned = interaction(owner="ann", state=InteractionState.ASSIGNED, version=1)
    closed = owned.model_copy(update={"version": 2, "open": False, "state": InteractionState.CLOSED})
    await parts.interactions.save([Change(None, owned)])
    await parts.queues.show([owned])
    await parts.interactions.save([Change(owned, closed)])

    await parts.queues.deliver(["i1"], settle=["i1"])

    assert await stored(parts) == []
    assert await parts.queues.deliver(["nothing"]) == []


async def test_offers_come_first_and_then_who_wrote_longest_ago(parts: Parts) -> None:
    def one(number: int, minutes: int, **fields: object) -> Interaction:
        at = NOW + timedelta(minutes=minutes)
        return interaction(id=f"i{number}", conversation=f"acc:{number}", version=1, last_message_at=at, **fields)

    def owned(number: int, minutes: int) -> Interaction:
        return one(number, minutes, owner="ann", state=InteractionState.ASSIGNED)

    interactions: Sequence[Interaction] = [
        owned(1, 5),
        owned(2, 1),
        one(3, 9, offered_to=("ann",), state=InteractionState.OFFERED, offer_ends_at=NOW),
    ]
    await parts.interactions.save([Change(None, each) for each in interactions])
    await parts.queues.show(interactions)

    entries = await parts.queues.entries("ann")
    assert [entry.interaction_id for entry in entries] == ["i3", "i2", "i1"]
    assert [(entry.kind, entry.offer_ends_at) for entry in entries[:2]] == [
        (EntryKind.OFFER, NOW),
        (EntryKind.OWNED, None),
    ]
