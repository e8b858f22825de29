"""Transactions that others may get in the way of: tried again until they are through."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from motor.motor_asyncio import AsyncIOMotorClientSession, AsyncIOMotorDatabase
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from contracts.errors import Unavailable
from runtime.store.client import Document, store_errors

T = TypeVar("T")
ATTEMPTS = 40
PAUSE_S = 0.01
PAUSE_MOST_S = 0.25


async def transaction(
    database: AsyncIOMotorDatabase[Document], attempt: Callable[[AsyncIOMotorClientSession], Awaitable[T]]
) -> T:
    """What `attempt` comes to in one transaction over one moment's state; it may be called more than once.

    Raises:
        Unavailable: as `through`.
    """

    async def once() -> T:
        async with (
            await database.client.start_session() as session,
            session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")),
        ):
            return await attempt(session)

    return await through(once)


async def through(attempt: Callable[[], Awaitable[T]]) -> T:
    """What the transaction gives that did not get in another's way.

    motor's own `with_transaction` tries again for two minutes without a pause; a request cannot wait so long.

    Raises:
        Unavailable: MongoDB is away, or others were faster every time; it may have taken effect in the first case.
    """
    pause = PAUSE_S
    for number in range(1, ATTEMPTS + 1):
        try:
            with store_errors():
                return await attempt()
        except Unavailable as error:
            if number == ATTEMPTS or not _was_overtaken(error.__cause__):
                raise
        await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads retries, hides nothing
        pause = min(pause * 2, PAUSE_MOST_S)
    raise AssertionError("the last attempt returns or raises")


def _was_overtaken(cause: BaseException | None) -> bool:
    # A lost connection has the same label; to try again at once would only add up the times that it takes to fail.
    return isinstance(cause, OperationFailure) and cause.has_error_label("TransientTransactionError")
