"""The broker's topology as data: declared by every process at start, the same each time.

events         topic     everything that happened        -> events.log (stream), router.pNN
work           direct    what workers are to do          -> deliver.pNN, send.pNN, errands
dead           fanout    what could not be processed     -> dead.letters
configuration  fanout    "there is a new version"        -> one short-lived queue a process

The stream `live` hangs on no exchange: what has changed is published straight into it, and every console reads it.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from contracts.base import Value

EVENTS = "events"
WORK = "work"
DEAD = "dead"
CONFIGURATION = "configuration"
EVENT_LOG = "events.log"
DEAD_LETTERS = "dead.letters"
ERRANDS = "errands"
LIVE = "live"
LIVE_ARGUMENTS: Mapping[str, str | int] = MappingProxyType(
    {
        "x-queue-type": "stream",
        "x-max-age": "10m",
        "x-max-length-bytes": 64_000_000,
        "x-stream-max-segment-size-bytes": 8_000_000,
    }
)
"""A console that was away for longer has its browsers look everything up again. Whole segments are dropped, so these
are small."""
DELIVERY_LIMIT = 1_000_000
"""As good as none. RabbitMQ 4 drops what was delivered more than 20 times unless told otherwise, and every hand-over or
crash of a consumer counts; attempts at an event are counted where its failures are known, in `runtime/consumer.py`."""


class Exchange(Value):
    """A durable exchange."""

    name: str
    type: Literal["topic", "direct", "fanout"]


class QueueSpec(Value):
    """A durable queue, its arguments, and the bindings (exchange, key) that feed it."""

    name: str
    arguments: dict[str, Any]
    bindings: tuple[tuple[str, str], ...]


class Topology(Value):
    """Everything that is declared."""

    exchanges: tuple[Exchange, ...]
    queues: tuple[QueueSpec, ...]


def event_key(partition: int) -> str:
    """The routing key of an event."""
    return f"inbound.p{partition:02d}"


def work_key(partition: int) -> str:
    """The routing key of a command, and the name of the queue it lands in."""
    return f"deliver.p{partition:02d}"


def router_queue(partition: int) -> str:
    """The queue that one router at a time consumes for a partition."""
    return f"router.p{partition:02d}"


def send_key(partition: int) -> str:
    """The routing key of a command to a sender, and the name of the queue it lands in."""
    return f"send.p{partition:02d}"


def queue_that_matters(exchange: str, key: str) -> str | None:
    """Of the queues that a message goes to the one without which it is not taken; None where each of them matters.

    An event's is that of its partition: without the log of events it goes on (docs/adr/0019).
    """
    return router_queue(int(key.rpartition("p")[2])) if exchange == EVENTS else None


def partition_queues(numbers: Iterable[int]) -> list[str]:
    """The queues of these partitions, at every stage."""
    return [name(number) for number in numbers for name in (router_queue, work_key, send_key)]


def topology(partitions: int, log_max_bytes: int, log_max_age: str) -> Topology:
    """The topology of an installation with so many partitions and such retention of the replay log."""
    quorum: dict[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT}
    partition_arguments = {**quorum, "x-single-active-consumer": True}
    log_arguments = {"x-queue-type": "stream", "x-max-length-bytes": log_max_bytes, "x-max-age": log_max_age}
    numbers = range(partitions)
    return Topology(
        exchanges=(
            Exchange(name=EVENTS, type="topic"),
            Exchange(name=WORK, type="direct"),
            Exchange(name=DEAD, type="fanout"),
            Exchange(name=CONFIGURATION, type="fanout"),
        ),
        queues=(
            QueueSpec(name=EVENT_LOG, arguments=log_arguments, bindings=((EVENTS, "#"),)),
            QueueSpec(name=LIVE, arguments=dict(LIVE_ARGUMENTS), bindings=()),
            *(
                QueueSpec(name=router_queue(n), arguments=partition_arguments, bindings=((EVENTS, event_key(n)),))
                for n in numbers
            ),
            *(
                QueueSpec(name=work_key(n), arguments=partition_arguments, bindings=((WORK, work_key(n)),))
                for n in numbers
            ),
            *(
                QueueSpec(name=send_key(n), arguments=partition_arguments, bindings=((WORK, send_key(n)),))
                for n in numbers
            ),
            QueueSpec(name=ERRANDS, arguments=quorum, bindings=((WORK, ERRANDS),)),
            QueueSpec(name=DEAD_LETTERS, arguments=quorum, bindings=((DEAD, ""),)),
        ),
    )
