"""Watches the agents' queues change, in a thread of its own, and notes when each message was seen there."""

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

OFTEN_S, SELDOM_S = 0.005, 0.25

Key = tuple[str, int]
"""A contact, and the number of the message among the contact's."""


class Watcher:
    """Follows the change stream of the agent queues.

    The time of a change is the database's own (`wallTime`), to the millisecond, so it does not matter how often the
    watcher looks, every `poll_s` seconds: seldom, while latencies are taken, for every look costs something.
    """

    def __init__(self, mongo_url: str, database: str) -> None:
        self.poll_s = OFTEN_S
        self._client: MongoClient[dict[str, Any]] = MongoClient(mongo_url, tz_aware=True)
        self._collection = self._client[database]["agent_queues"]
        self._contacts: dict[str, str] = {}
        self._reached: dict[str, int] = {}
        self._awaited: dict[Key, asyncio.Future[float]] = {}
        self._loop = asyncio.get_running_loop()
        self._ready = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    async def start(self) -> None:
        """Begin to watch."""
        self._thread.start()
        await asyncio.to_thread(self._ready.wait)

    async def stop(self) -> None:
        """Watch no more."""
        self._closed.set()
        await asyncio.to_thread(self._thread.join)
        self._client.close()

    def seen(self, key: Key) -> "asyncio.Future[float]":
        """The time at which a message is first seen in an agent's queue; to be asked for before it is sent."""
        return self._awaited.setdefault(key, self._loop.create_future())

    def _follow(self) -> None:
        try:
            with self._collection.watch(max_await_time_ms=1) as changes:
                self._ready.set()
                while not self._closed.wait(self.poll_s):
                    while (change := changes.try_next()) is not None:
                        self._note(change, change["wallTime"].timestamp())
        except PyMongoError:
            return  # the services were stopped: whoever still waits says so

    def _note(self, change: Mapping[str, Any], now: float) -> None:
        entry = change.get("documentKey", {}).get("_id", "")
        fields = change.get("fullDocument") or change.get("updateDescription", {}).get("updatedFields", {})
        contact = self._contacts.setdefault(entry, fields.get("contact_key", ""))
        for number in range(self._reached.get(contact, 0) + 1, int(fields.get("sequence", 0)) + 1):
            self._reached[contact] = number
            self._loop.call_soon_threadsafe(self._tell, (contact, number), now)

    def _tell(self, key: Key, now: float) -> None:
        awaited = self.seen(key)
        if not awaited.done():
            awaited.set_result(now)
