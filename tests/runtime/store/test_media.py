"""Files in GridFS: whole or not at all, once, and readable in parts."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from bson import ObjectId
from motor.motor_asyncio import AsyncIOMotorGridFSBucket

from contracts.errors import NotFound
from runtime.media.seam import MediaStore, TooLarge
from runtime.store.client import Store
from runtime.store.media import CHUNKS, FILES, UPLOADS, GridFSMedia

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
CONTENT = bytes(range(256)) * 3000  # three chunks of GridFS, the last one not full


async def parts_of(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def read(media: MediaStore, file_id: str, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join([part async for part in media.read(file_id, start, stop)])


async def counts(store: Store) -> tuple[int, ...]:
    return tuple([await store.database[name].count_documents({}) for name in (FILES, CHUNKS, UPLOADS)])


@pytest.fixture
def media(store: Store) -> GridFSMedia:
    return GridFSMedia(store, lambda: NOW)


async def test_a_file_comes_back_as_it_went_in_with_its_size_and_hash(media: GridFSMedia) -> None:
    info = await media.put("f1", parts_of(CONTENT), "image/png", "sea.png")

    assert info == await media.info("f1")
    assert (info.id, info.mime_type, info.filename, info.size) == ("f1", "image/png", "sea.png", len(CONTENT))
    assert (info.sha256, info.stored_at) == (hashlib.sha256(CONTENT).hexdigest(), NOW)
    assert await read(media, "f1") == CONTENT


@pytest.mark.parametrize(
    ("start", "stop"),
    [(0, 1), (0, None), (1, 10), (261_120, 261_121), (261_119, 261_121), (500_000, None), (767_999, 768_000), (5, 5)],
)
async def test_any_part_of_a_file_can_be_read(media: GridFSMedia, start: int, stop: int | None) -> None:
    await media.put("f1", parts_of(CONTENT), "image/png")

    assert await read(media, "f1", start, stop) == CONTENT[start:stop]


async def test_the_drivers_own_gridfs_reads_our_files(media: GridFSMedia, store: Store) -> None:
    content = CONTENT * 4
    await media.put("f1", parts_of(content, 1_000_003), "image/png")

    stream = await AsyncIOMotorGridFSBucket(store.database, "media").open_download_stream_by_name("f1")

    assert b"".join([part async for part in stream]) == content


async def test_an_empty_file_is_a_file(media: GridFSMedia) -> None:
    info = await media.put("f1", parts_of(b""), "text/plain")

    assert info.size == 0
    assert await read(media, "f1") == b""


async def test_what_is_not_there_is_not_found(media: GridFSMedia) -> None:
    assert await media.info("f1") is None
    with pytest.raises(NotFound):
        await read(media, "f1")


async def test_the_first_file_under_an_id_stays(media: GridFSMedia, store: Store) -> None:
    first = await media.put("f1", parts_of(b"first"), "text/plain")

    assert await media.put("f1", parts_of(b"second"), "image/png") == first
    assert await read(media, "f1") == b"first"
    assert await counts(store) == (1, 1, 0)


async def test_of_several_who_store_the_same_file_at_once_one_does_and_all_are_told_of_it(
    media: GridFSMedia, store: Store
) -> None:
    contents = [bytes([number]) * 300_000 for number in range(5)]

    told = await asyncio.gather(*(media.put("f1", parts_of(content), "image/png") for content in contents))

    stands = await read(media, "f1")
    assert stands in contents
    assert {info.sha256 for info in told} == {hashlib.sha256(stands).hexdigest()}
    assert await counts(store) == (1, 2, 0)


async def test_nothing_stays_of_a_file_that_is_refused_half_way(media: GridFSMedia, store: Store) -> None:
    async def too_many() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield bytes(65_536)
        assert (await counts(store))[1] > 0
        raise TooLarge(1)

    with pytest.raises(TooLarge):
        await media.put("f1", too_many(), "image/png")

    assert await media.info("f1") is None
    assert await counts(store) == (0, 0, 0)


async def test_what_a_dead_process_left_is_taken_back_and_what_it_finished_is_not(
    media: GridFSMedia, store: Store
) -> None:
    await media.put("whole", parts_of(CONTENT), "image/png")
    finished = await store.database[FILES].find_one({"filename": "whole"})
    assert finished is not None
    dead, under_way = ObjectId(), ObjectId()
    await store.database[CHUNKS].insert_many([{"files_id": one, "n": 0, "data": b"x"} for one in (dead, under_way)])
    begun = [(finished["_id"], 70), (dead, 61), (under_way, 59)]
    await store.database[UPLOADS].insert_many(
        [{"_id": one, "started_at": NOW - timedelta(minutes=minutes)} for one, minutes in begun]
    )

    assert await media.discard_unfinished(NOW - timedelta(hours=1), 10) == 2

    assert await read(media, "whole") == CONTENT
    assert await store.database[CHUNKS].distinct("files_id") == [finished["_id"], under_way]
    assert await store.database[UPLOADS].distinct("_id") == [under_way]
