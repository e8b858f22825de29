"""Tags, internal notes and the mark to come back, over the API."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.desk import Desk, at_work
from tests.parts import Parts


@pytest.fixture
async def desk(parts: Parts) -> AsyncIterator[Desk]:
    async with at_work(parts, agents=("ann", "ben")) as desk:
        yield desk


async def test_tags_are_added_once_and_taken_away_also_by_several_at_once(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    path = f"interactions/{one}/tags"
    await asyncio.gather(*(desk.call("POST", path, {"add": [f"t{n}", "vip"]}) for n in range(5)))
    assert sorted((await desk.get(one)).tags) == ["t0", "t1", "t2", "t3", "t4", "vip"]
    tagged = await desk.done("POST", f"{path}?agent=ben", {"remove": ["t0", "t1", "t2", "t3"], "add": ["new"]})
    assert sorted(tagged["tags"]) == ["new", "t4", "vip"]


async def test_tags_that_cannot_be_are_refused(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    path = f"interactions/{one}/tags"
    await desk.refused("POST", path, {"add": ["a"], "remove": ["a"]}, status=422)
    await desk.refused("POST", path, {"add": ["x" * 65]}, status=422)
    await desk.done("POST", path, {"add": [f"t{n}" for n in range(100)]})
    await desk.refused("POST", path, {"add": ["one more"]}, status=422)
    await desk.refused("POST", f"{path}?agent=cai", {"add": ["a"]}, status=403)
    await desk.refused("POST", "interactions/nothing/tags", {"add": ["a"]}, status=404)


async def test_notes_are_listed_with_the_messages_that_they_follow_each_on_one_page(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    path = f"interactions/{one}/notes"
    await desk.done("POST", f"{path}?agent=ann", {"text": "called back"})
    desk.parts.clock.pass_(1)
    await desk.done("POST", path, {"text": "be kind"})
    for words in ("two", "three"):
        await desk.write(words=words)
    await desk.done("POST", f"{path}?agent=ben", {"text": "seen"})

    first = await desk.done("GET", f"interactions/{one}/messages?limit=1")
    assert ([m["sequence"] for m in first["items"]], first["notes"]) == ([1], [])
    second = await desk.done("GET", f"interactions/{one}/messages?limit=1&cursor=1")
    notes = [(note["author"], note["text"], note["after"]) for note in second["notes"]]
    assert notes == [("ann", "called back", 1), (None, "be kind", 1)]
    third = await desk.done("GET", f"interactions/{one}/messages?limit=1&cursor=2")
    assert [(note["author"], note["text"], note["after"]) for note in third["notes"]] == [("ben", "seen", 3)]
    assert len((await desk.done("GET", f"interactions/{one}/messages"))["notes"]) == 3


async def test_an_empty_note_and_one_of_a_stranger_are_refused(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    await desk.refused("POST", f"interactions/{one}/notes", {"text": "  "}, status=422)
    await desk.refused("POST", f"interactions/{one}/notes?agent=cai", {"text": "hm"}, status=403)


async def test_what_is_marked_unread_is_shown_so_until_it_is_read(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    await desk.done("POST", f"interactions/{one}/read")
    await desk.done("POST", f"interactions/{one}/unread?agent=ann")
    (entry,) = await desk.queue_of("ann")
    assert (entry.unread, entry.unread_mark) == (0, True)
    await desk.write()
    await desk.done("POST", f"interactions/{one}/read?agent=ann")
    (entry,) = await desk.queue_of("ann")
    assert (entry.unread, entry.unread_mark) == (0, False)
    assert await desk.refused("POST", f"interactions/{one}/unread?agent=ben") == "the interaction is ann's"
    await desk.done("POST", f"interactions/{one}/close", {})
    assert "closed" in await desk.refused("POST", f"interactions/{one}/unread")
