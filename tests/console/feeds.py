"""Listening to the live feed as a browser does: events as they come, and the cursor to come back with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from tests.patience import PATIENCE_S

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One event, and where it stands."""

    name: str
    data: Json
    id: str

    @property
    def what(self) -> tuple[str, str]:
        """Its kind and its id."""
        return self.data.get("kind", self.name), self.data.get("id", "")


class Feed:
    """One connection."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.cursor = ""
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        fields: dict[str, str] = {}
        async for raw in self.response.content:
            line = raw.decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            self.cursor = fields.get("id", self.cursor)
            if "data" in fields:
                self._events.put_nowait(Event(fields["event"], orjson.loads(fields["data"]), fields["id"]))
            fields = {}

    async def next(self) -> Event:
        """The next event."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._events.get()

    async def until(self, kind: str, id_: str | None = None) -> Event:
        """The next event of this kind (about this one)."""
        while True:
            event = await self.next()
            if event.what[0] == kind and id_ in {None, event.what[1]}:
                return event

    async def all_until(self, kind: str, id_: str) -> list[Event]:
        """Every event up to the one of this kind about this one."""
        found: list[Event] = []
        while not found or found[-1].what != (kind, id_):
            found.append(await self.next())
        return found

    async def ended(self) -> None:
        """Return when the server has ended the connection."""
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait({self._reading})

    async def close(self) -> None:
        """Go away."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self.response.close()


@asynccontextmanager
async def listening(
    session: aiohttp.ClientSession, url: str, token: str, cursor: str | None = None
) -> AsyncIterator[Feed]:
    """A connection to the feed of a console, by a bearer token; `cursor` says what it knows already."""
    headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": cursor} if cursor is not None else {})
    response = await session.get(f"{url}/api/live", headers=headers, timeout=aiohttp.ClientTimeout(total=None))
    assert response.status == 200, await response.text()
    feed = Feed(response)
    try:
        yield feed
    finally:
        await feed.close()
