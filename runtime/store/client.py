"""The connection to MongoDB, and its errors in our words."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pydantic import SecretStr
from pymongo import IndexModel, WriteConcern
from pymongo.errors import AutoReconnect, ConnectionFailure, ExecutionTimeout, NotPrimaryError, OperationFailure

from contracts.errors import Unavailable
from runtime.live.news import News
from runtime.logging import get_logger

log = get_logger(__name__)

Document = dict[str, Any]
Indexes = Mapping[str, Sequence[IndexModel]]

SELECTION_TIMEOUT_MS = 3000
OPERATION_TIMEOUT_MS = 10_000
RETRY_S = 0.5
RETRY_MOST_S = 5.0
TRANSIENT = ("TransientTransactionError", "RetryableWriteError")
PASSING = frozenset({6, 7, 43, 50, 64, 89, 91, 112, 134, 175, 189, 237, 262, 9001, 10107, 11600, 11602, 13435, 13436})
"""MongoDB's codes for: host unreachable or not found, cursor not found (the server has been restarted since) or killed,
time limit, write concern, network timeout, shutdown, write conflict, majority not known yet, query killed, primary
stepped down or is none, interrupted, and what these were called earlier (its `error_codes.yml`)."""


LEADING = WriteConcern(w=1)
"""For a write that another one always follows before anybody relies on it: the majority's word for the later one holds
for all that came before it, and to wait for it twice costs the database twice."""


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn the failures that pass with time into `Unavailable`; the others are bugs and stay as they are."""
    try:
        yield
    except (ConnectionFailure, AutoReconnect, NotPrimaryError, ExecutionTimeout) as error:
        raise Unavailable(f"MongoDB: {type(error).__name__}") from error
    except OperationFailure as error:
        if _passes(error):
            raise Unavailable(f"MongoDB: {type(error).__name__}") from error
        raise


async def closed(client: AsyncIOMotorClient[Document]) -> None:
    """Close a client. It says goodbye and waits for the answer, which may not come: in a thread, the loop goes on."""
    await asyncio.to_thread(client.close)


def _passes(error: OperationFailure) -> bool:
    """Whether a failure passes with time. A bulk write carries the codes of its parts, and no label."""
    if any(error.has_error_label(label) for label in TRANSIENT):
        return True
    details = error.details or {}
    parts = [*details.get("writeErrors", ()), *details.get("writeConcernErrors", ())]
    return not {error.code, *(part.get("code") for part in parts)}.isdisjoint(PASSING)


class Store:
    """One client and its database. A part of the process: `start` waits until MongoDB is there and sees to indexes.

    `news` hears of what is written with it.
    """

    def __init__(
        self, url: SecretStr, database: str, indexes: Sequence[Indexes] = (), news: News | None = None
    ) -> None:
        self.news = news or News()
        self._client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            url.get_secret_value(),
            tz_aware=True,
            w="majority",
            retryWrites=True,
            serverSelectionTimeoutMS=SELECTION_TIMEOUT_MS,
            timeoutMS=OPERATION_TIMEOUT_MS,
        )
        self.database: AsyncIOMotorDatabase[Document] = self._client[database]
        self._indexes = indexes

    async def start(self) -> None:
        """Wait for the database, however long it takes, and see to the indexes."""
        wait = RETRY_S
        while True:
            try:
                await self.ensure_indexes()
            except Unavailable as error:
                log.warning("store.waiting", reason=str(error), wait_s=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, RETRY_MOST_S)
            else:
                log.info("store.connected", database=self.database.name)
                return

    async def ensure_indexes(self) -> None:
        """Create what is missing; done again it changes nothing."""
        with store_errors():
            for indexes in self._indexes:
                for collection, models in indexes.items():
                    await self.database[collection].create_indexes(list(models))

    async def stop(self) -> None:
        """Close all connections."""
        await closed(self._client)

    async def check(self) -> None:
        """Return when the database answers.

        Raises:
            Unavailable: it does not.
        """
        with store_errors():
            await self.database.command("ping")
