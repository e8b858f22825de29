"""How the pipeline stands: what waits at each stage and partition, who works on it, and what lies beside the way.

Counts and rates are of AMQP messages, each a bundle of one or more events or commands of one partition.
"""

from typing import Annotated

from pydantic import Field

from contracts.base import Count, Instant, Value

Rate = Annotated[float, Field(ge=0)]
Age = Annotated[float, Field(ge=0)]


class PartitionFigures(Value):
    """One queue of a stage.

    `partition` is None for a queue that is not parted. `owner` is the instance that consumes it; None: nobody does, or
    it is a queue that any instance takes from. `depth` is what waits at the broker, `in_hand` what the owner has taken
    and not acknowledged. Rates are a second. `lag_s` is the age of the oldest message in hand, in seconds and to the
    second; None while something waits and no owner can say for how long.
    """

    partition: Count | None
    queue: str
    owner: str | None
    consumers: Count
    depth: Count
    in_hand: Count
    rate_in: Rate
    rate_out: Rate
    lag_s: Age | None


class StageFigures(Value):
    """One stage: the sums over its queues, and the longest lag. `instances` are those that own something."""

    stage: str
    depth: Count
    in_hand: Count
    rate_in: Rate
    rate_out: Rate
    lag_s: Age | None
    consumers: Count
    instances: tuple[str, ...]
    partitions: tuple[PartitionFigures, ...]


class DeadLetterFigures(Value):
    """`open` ones wait for somebody to look at them; `waiting` ones are on their way into the database."""

    open: Count
    waiting: Count


class JournalFigures(Value):
    """The journal of one gateway: what it holds, how much it may hold, and the age of its oldest record in seconds."""

    instance: str
    bytes: Count
    most_bytes: Count
    oldest_s: Age


class Pipeline(Value):
    """Everything at one moment."""

    at: Instant
    partitions: Count
    stages: tuple[StageFigures, ...]
    dead_letters: DeadLetterFigures
    journals: tuple[JournalFigures, ...]
