"""The outbox: each to its partition, in order, confirmed."""

import pytest

from contracts.commands import Deliver, Serve
from contracts.deadletters import DeadLetter
from contracts.errors import Unavailable
from contracts.events import EVENTS
from contracts.partitioning import partition_of
from contracts.topology import CONFIGURATION, DEAD, router_queue
from runtime.broker import standings
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.publishing import Outbox
from tests.parts import NOW, PARTITIONS, Parts, message
from tests.queues import refusing_queue


async def test_events_of_one_partition_go_together_and_in_order(parts: Parts) -> None:
    events = [message(f"+3933300{n % 5:04d}", f"m{n}") for n in range(20)]
    await parts.outbox.events(events)

    bundles = [EVENTS.validate_json(body) for _, _, body in parts.said.published]
    assert len(bundles) == len({partition_of(event.conversation, PARTITIONS) for event in events})
    for bundle in bundles:
        partition = partition_of(bundle[0].conversation, PARTITIONS)
        assert bundle == [e for e in events if partition_of(e.conversation, PARTITIONS) == partition]


async def test_events_reach_their_partition_while_the_log_of_events_refuses_them(
    parts: Parts, rabbitmq: RabbitMQ
) -> None:
    event = message("+39333000001", "m1")
    queue = router_queue(partition_of(event.conversation, PARTITIONS))
    async with refusing_queue(rabbitmq.url):
        await parts.outbox.events([event])

    found = await standings(parts.broker, [queue])
    assert found[queue].depth > 0


async def test_commands_travel_by_their_key(parts: Parts) -> None:
    deliver = Deliver(correlation_id="c", interaction_id="i")
    await parts.outbox.commands([("shop:+39", deliver), ("shop:+39", deliver)])
    await parts.outbox.serve(["queue:sales", "agent:ann"], "c2")

    assert parts.said.commands[:2] == [deliver, deliver]
    assert {c.target for c in parts.said.commands if isinstance(c, Serve)} == {"queue:sales", "agent:ann"}
    assert len(parts.said.published) in {2, 3}


async def test_dead_letters_and_changes_of_the_configuration_have_their_own_exchanges(parts: Parts) -> None:
    letter = DeadLetter(id="d", stage="router", reason="bad", attempts=1, at=NOW, correlation_id="", body="x")
    await parts.outbox.park([letter])
    await parts.outbox.configuration_changed(7)

    assert parts.said.letters == [letter]
    assert [(where, body) for where, _, body in parts.said.published if where != DEAD] == [
        (CONFIGURATION, b'{"version":7}')
    ]


async def test_a_command_for_a_partition_that_does_not_exist_is_not_taken_for_done(parts: Parts) -> None:
    """The stream takes every event whatever its key, so for events the number of partitions is checked at the start."""
    wrong = Outbox(parts.said, 97)
    with pytest.raises(Unavailable, match="no queue takes"):
        await wrong.serve([f"queue:{n}" for n in range(50)], "c")
