"""Video sessions in a real MongoDB: a link is used once, and what happens is recorded once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from contracts.video import VideoMoment, VideoSession
from runtime.store.client import Store
from runtime.store.video import VideoSessionStore
from tests.parts import NOW

LATER = NOW + timedelta(minutes=5)


def session(session_id: str = "s1", **fields: Any) -> VideoSession:  # noqa: ANN401 - whatever it may hold
    basis = {
        "id": session_id,
        "interaction_id": "i1",
        "account_id": "shop",
        "agent_id": "ada",
        "correlation_id": "c1",
        "provider_id": "p1",
        "link_hash": f"hash of {session_id}",
        "customer_url": "https://video.example/1",
        "started_at": NOW,
        "expires_at": NOW + timedelta(hours=1),
    }
    return VideoSession(**{**basis, **fields})


@pytest.fixture
def sessions(store: Store) -> VideoSessionStore:
    return VideoSessionStore(store)


async def test_a_session_comes_back_as_it_was_kept(sessions: VideoSessionStore) -> None:
    await sessions.add(session())
    await sessions.sent("s1", "m1")

    assert await sessions.get("s1") == session(message_id="m1")
    assert await sessions.of_link("hash of s1") == session(message_id="m1")
    assert await sessions.get("s2") is None
    assert await sessions.of_link("hash of s2") is None


async def test_the_sessions_of_an_interaction_are_in_their_order(sessions: VideoSessionStore) -> None:
    for kept in (session("s2", started_at=LATER), session("s1"), session("s3", interaction_id="i2")):
        await sessions.add(kept)

    assert [found.id for found in await sessions.of_interaction("i1")] == ["s1", "s2"]


async def test_of_many_who_use_a_link_at_once_one_gets_in(sessions: VideoSessionStore) -> None:
    await sessions.add(session())

    used = await asyncio.gather(*(sessions.use("hash of s1", LATER) for _ in range(20)))

    assert [found for found in used if found] == [session(opened_at=LATER)]


@pytest.mark.parametrize("fields", [{"expires_at": LATER}, {"ended_at": NOW}, {"opened_at": NOW}])
async def test_a_link_that_is_over_is_not_used(sessions: VideoSessionStore, fields: dict[str, Any]) -> None:
    await sessions.add(session(**fields))

    assert await sessions.use("hash of s1", LATER) is None
    assert await sessions.get("s1") == session(**fields)


async def test_what_is_told_twice_is_recorded_once(sessions: VideoSessionStore) -> None:
    await sessions.add(session())

    assert await sessions.record("s1", VideoMoment.JOINED, NOW)
    assert not await sessions.record("s1", VideoMoment.JOINED, LATER)
    assert await sessions.record("s1", VideoMoment.ENDED, LATER)
    assert await sessions.get("s1") == session(joined_at=NOW, ended_at=LATER)
