"""Watches the agents' queues change, in a thread of its own, and notes when each message was seen there."""

import asyncio
import threading
import time
from collections.abc import Mapping
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

GRACE_S = 20.0
POLL_S = 0.05


class Watcher:
    """Follows the change stream of the agent queues."""

    def __init__(self, mongo_url: str, database: str) -> None:
        self._client: MongoClient[dict[str, Any]] = MongoClient(mongo_url)
        self._collection = self._client[database]["agent_queues"]
        self._seen: dict[tuple[str, int], float] = {}
        self._contacts: dict[str, str] = {}
        self._reached: dict[str, int] = {}
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    async def start(self) -> None:
        """Begin to watch."""
        self._thread.start()
        await asyncio.to_thread(self._ready.wait)

    async def latencies(self, sent: Mapping[tuple[str, int], float]) -> list[float]:
        """For every (contact, n-th message) the time from being sent to being seen, in seconds; waits for all."""
        async with asyncio.timeout(GRACE_S):
            while not all(key in self._seen for key in sent):  # noqa: ASYNC110 - another thread fills it
                await asyncio.sleep(POLL_S)
        self._client.close()
        return [self._seen[key] - at for key, at in sent.items()]

    def _follow(self) -> None:
        try:
            with self._collection.watch() as changes:
                self._ready.set()
                for change in changes:
                    self._note(change, time.time())
        except PyMongoError:
            return  # closed: everything has been seen

    def _note(self, change: Mapping[str, Any], now: float) -> None:
        key = change.get("documentKey", {}).get("_id", "")
        if document := change.get("fullDocument"):
            self._contacts[key] = document["contact_key"]
            fields = document
        else:
            fields = change.get("updateDescription", {}).get("updatedFields", {})
        contact = self._contacts.get(key)
        if contact is None or "sequence" not in fields:
            return
        for number in range(self._reached.get(contact, 0) + 1, int(fields["sequence"]) + 1):
            self._seen[contact, number] = now
            self._reached[contact] = number
