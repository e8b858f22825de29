"""The topology as data."""

from contracts.topology import (
    DEAD_LETTERS,
    DELIVERY_LIMIT,
    EVENT_LOG,
    EVENTS,
    WORK,
    router_queue,
    topology,
    work_key,
)


def test_every_partition_has_a_queue_for_the_router_and_one_for_the_worker_with_one_active_consumer_each() -> None:
    queues = {spec.name: spec for spec in topology(3, 10**6, "7D").queues}
    for number in range(3):
        router, work = queues[router_queue(number)], queues[work_key(number)]
        assert (
            router.arguments
            == work.arguments
            == {
                "x-queue-type": "quorum",
                "x-delivery-limit": DELIVERY_LIMIT,
                "x-single-active-consumer": True,
            }
        )
        assert router.bindings == ((EVENTS, f"inbound.p0{number}"),)
        assert work.bindings == ((WORK, f"deliver.p0{number}"),)
    assert set(queues) == {EVENT_LOG, DEAD_LETTERS, *(f"{s}.p0{n}" for s in ("router", "deliver") for n in range(3))}


def test_the_log_takes_every_event_and_drops_the_oldest() -> None:
    (log,) = (spec for spec in topology(1, 10**6, "7D").queues if spec.name == EVENT_LOG)
    assert log.bindings == ((EVENTS, "#"),)
    assert log.arguments == {"x-queue-type": "stream", "x-max-length-bytes": 10**6, "x-max-age": "7D"}
