"""Files in GridFS. A file's `filename` there is our id of it, once; GridFS' own id is one attempt to store it.

So two who store the same file at the same time do not mix their chunks: the first to finish stands, the other one takes
back its own. What a process leaves behind that dies in the middle is found by its entry in `media.uploads`.

The layout is GridFS' (two collections, chunks of 255 KiB), and any GridFS tool reads it. Chunks are written and read
here, for the driver's writer holds back 48 MB of a file before it writes, and its reader takes up to 16 MB at once.
"""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from contracts.errors import NotFound
from runtime.clock import Clock
from runtime.media.seam import FileInfo
from runtime.store.client import Document, Indexes, Store, store_errors

FILES, CHUNKS, UPLOADS = "media.files", "media.chunks", "media.uploads"
CHUNK_BYTES = 255 * 1024
BLOCK_BYTES = 8 * CHUNK_BYTES
"""What is written at once, and so held of a file."""

INDEXES: Indexes = {
    FILES: [IndexModel("filename", unique=True, name="once")],
    CHUNKS: [IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)],
    UPLOADS: [IndexModel("started_at", name="oldest")],
}


class GridFSMedia:
    """The media store in MongoDB."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._db = store.database
        self._clock = clock

    async def put(
        self, file_id: str, parts: AsyncIterable[bytes], mime_type: str, filename: str | None = None
    ) -> FileInfo:
        """See `MediaStore`."""
        known = await self.info(file_id)
        if known is not None:
            return known
        attempt = ObjectId()
        with store_errors():
            await self._db[UPLOADS].insert_one({"_id": attempt, "started_at": self._clock()})
        try:
            size, sha256 = await self._write(attempt, parts)
            metadata = {"mime_type": mime_type, "filename": filename, "sha256": sha256}
            await self._complete(attempt, file_id, size, metadata)
        finally:
            await self._forget(attempt)
        return _info(await self._existing(file_id))

    async def _write(self, attempt: ObjectId, parts: AsyncIterable[bytes]) -> tuple[int, str]:
        """Write the chunks; their size together, and their hash."""
        size, digest = 0, hashlib.sha256()
        async for block in _blocks(parts):
            digest.update(block)
            chunks = [
                {"files_id": attempt, "n": (size + start) // CHUNK_BYTES, "data": block[start : start + CHUNK_BYTES]}
                for start in range(0, len(block), CHUNK_BYTES)
            ]
            with store_errors():
                await self._db[CHUNKS].insert_many(chunks)
            size += len(block)
        return size, digest.hexdigest()

    async def _complete(self, attempt: ObjectId, file_id: str, size: int, metadata: Document) -> None:
        """Make the chunks the file, unless another attempt was faster."""
        file: Document = {
            "_id": attempt,
            "filename": file_id,
            "length": size,
            "chunkSize": CHUNK_BYTES,
            "uploadDate": self._clock(),
            "metadata": metadata,
        }
        with store_errors(), suppress(DuplicateKeyError):
            await self._db[FILES].insert_one(file)

    async def _forget(self, attempt: ObjectId) -> None:
        """Take back what belongs to an attempt, unless it became the file."""
        with store_errors():
            if await self._db[FILES].find_one({"_id": attempt}, {"_id": 1}) is None:
                await self._db[CHUNKS].delete_many({"files_id": attempt})
            await self._db[UPLOADS].delete_one({"_id": attempt})

    async def discard_unfinished(self, before: datetime, limit: int) -> int:
        """Take back what uploads left behind that began before a moment and did not end; how many there were."""
        with store_errors():
            cursor = self._db[UPLOADS].find({"started_at": {"$lt": before}}).sort("started_at", ASCENDING).limit(limit)
            left = [document["_id"] async for document in cursor]
        for attempt in left:
            await self._forget(attempt)
        return len(left)

    async def info(self, file_id: str) -> FileInfo | None:
        """See `MediaStore`."""
        with store_errors():
            document = await self._db[FILES].find_one({"filename": file_id})
        return _info(document) if document else None

    async def _existing(self, file_id: str) -> Document:
        with store_errors():
            document = await self._db[FILES].find_one({"filename": file_id})
        if document is None:
            raise NotFound(f"there is no file {file_id}")
        return document

    async def read(self, file_id: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """See `MediaStore`."""
        file = await self._existing(file_id)
        end = file["length"] if stop is None else min(stop, file["length"])
        while start < end:
            number, offset = divmod(start, CHUNK_BYTES)
            with store_errors():
                chunk = await self._db[CHUNKS].find_one({"files_id": file["_id"], "n": number})
            if chunk is None:
                raise NotFound(f"a part of the file {file_id} is missing")
            part: bytes = chunk["data"][offset : offset + end - start]
            yield part
            start += len(part)


async def _blocks(parts: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in blocks of one size, but for the last."""
    held = bytearray()
    async for part in parts:
        held += part
        while len(held) >= BLOCK_BYTES:
            yield bytes(held[:BLOCK_BYTES])
            del held[:BLOCK_BYTES]
    if held:
        yield bytes(held)


def _info(document: Document) -> FileInfo:
    metadata: dict[str, Any] = document["metadata"]
    return FileInfo(id=document["filename"], size=document["length"], stored_at=document["uploadDate"], **metadata)
