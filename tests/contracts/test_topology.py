"""The topology as data."""

from contracts.topology import (
    DEAD_LETTERS,
    DELIVERY_LIMIT,
    ERRANDS,
    EVENT_LOG,
    EVENTS,
    LIVE,
    WORK,
    router_queue,
    send_key,
    topology,
    work_key,
)

QUORUM = {"x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT}


def test_every_partition_has_a_queue_for_router_worker_and_sender_with_one_active_consumer_each() -> None:
    queues = {spec.name: spec for spec in topology(3, 10**6, "7D").queues}
    for number in range(3):
        for name, binding in (
            (router_queue(number), (EVENTS, f"inbound.p0{number}")),
            (work_key(number), (WORK, f"deliver.p0{number}")),
            (send_key(number), (WORK, f"send.p0{number}")),
        ):
            assert queues[name].arguments == {**QUORUM, "x-single-active-consumer": True}
            assert queues[name].bindings == (binding,)
    partitioned = {f"{stage}.p0{number}" for stage in ("router", "deliver", "send") for number in range(3)}
    assert set(queues) == {EVENT_LOG, DEAD_LETTERS, ERRANDS, LIVE, *partitioned}


def test_errands_are_shared_out_among_all_who_take_them() -> None:
    (errands,) = (spec for spec in topology(1, 10**6, "7D").queues if spec.name == ERRANDS)
    assert errands.arguments == QUORUM
    assert errands.bindings == ((WORK, ERRANDS),)


def test_the_log_takes_every_event_and_drops_the_oldest() -> None:
    (log,) = (spec for spec in topology(1, 10**6, "7D").queues if spec.name == EVENT_LOG)
    assert log.bindings == ((EVENTS, "#"),)
    assert log.arguments == {"x-queue-type": "stream", "x-max-length-bytes": 10**6, "x-max-age": "7D"}
