"""Faults to be planted, one in each guarantee: they break one seam of the process that is about to run.

They exist to show that the ledger tells of each. `acknowledged` in the directory says that a process has come to the
point at which it is to be killed.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from contracts.errors import Unavailable
from contracts.messages import StatusReason
from contracts.stored import StoredMessage
from gateway.receive.gatherer import Gatherer
from gateway.receive.journal import drainer
from gateway.receive.journal.loads import Lane, load
from gateway.receive.journal.records import Record
from router.batch import Batch
from runtime.broker import Delivery
from runtime.clock import utc_now
from runtime.consumer import PartitionConsumer
from runtime.store.outbound import OutboundStore

ACKNOWLEDGED = "acknowledged"
ON_ITS_WAY_S = 0.3
TOO_LONG_S = 30.0


def acknowledge_early(directory: Path) -> None:
    """A router acknowledges what it takes before it is stored."""
    attempt = PartitionConsumer._attempt

    async def acknowledge_first(self: PartitionConsumer, batch: Sequence[Delivery]) -> int:
        await self._acknowledge(batch)
        await asyncio.sleep(ON_ITS_WAY_S)
        (directory / ACKNOWLEDGED).touch()
        await asyncio.sleep(TOO_LONG_S)
        return await attempt(self, batch)

    setattr(PartitionConsumer, "_attempt", acknowledge_first)  # noqa: B010 - mypy: a method is not assigned to


def answer_early(directory: Path) -> None:
    """A gateway answers before broker or journal have what it took."""
    publish = Gatherer.publish

    async def publish_later(self: Gatherer, events: Iterable[tuple[int, bytes]], letters: Iterable[bytes] = ()) -> None:
        async def later() -> None:
            await asyncio.sleep(TOO_LONG_S)
            await publish(self, events, letters)

        task = asyncio.create_task(later())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        (directory / ACKNOWLEDGED).touch()

    setattr(Gatherer, "publish", publish_later)  # noqa: B010 - as above


def forget_what_was_seen(_directory: Path) -> None:
    """A router takes every message for a new one."""
    setattr(Batch, "_is_new", lambda _self, _event: True)  # noqa: B010 - as above


def requeue_to_the_tail(_directory: Path) -> None:
    """A router puts the first message that it takes back behind those that wait already."""
    attempt = PartitionConsumer._attempt
    done: set[str] = set()

    async def first_goes_last(self: PartitionConsumer, batch: Sequence[Delivery]) -> int:
        if not done and b'"message_received"' in batch[0].body:
            first, *batch = batch
            done.add(first.subscription.queue)
            await self._outbox._publisher.publish("", first.subscription.queue, first.body)
            await first.subscription.acknowledge(first.tag, multiple=False)
        return await attempt(self, batch) if batch else 0

    setattr(PartitionConsumer, "_attempt", first_goes_last)  # noqa: B010 - as above


def send_again(_directory: Path) -> None:
    """A sender gives back what it does not know the outcome of, to be sent again."""

    async def give_back(self: OutboundStore, message: StoredMessage, _reason: StatusReason) -> None:
        claimed = await self._messages.find_one({"_id": message.id})
        if claimed is None:
            raise Unavailable("the message is gone")
        await self.release(message, claimed["claimed_by"], utc_now())

    setattr(OutboundStore, "unconfirmed", give_back)  # noqa: B010 - as above


def drain_backwards(_directory: Path) -> None:
    """A gateway publishes what its journal holds in reverse."""

    def reversed_load(records: Iterable[Record], partitions: int) -> list[Lane]:
        return load(list(records)[::-1], partitions)

    setattr(drainer, "load", reversed_load)  # noqa: B010 - as above


PLANTED: Mapping[str, Callable[[Path], None]] = {
    planted.__name__: planted
    for planted in (
        acknowledge_early,
        answer_early,
        forget_what_was_seen,
        requeue_to_the_tail,
        send_again,
        drain_backwards,
    )
}
