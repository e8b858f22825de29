"""The router's composition root: `python -m router`."""

import sys

from contracts.topology import router_queue
from router.figures import Figures
from router.service import Router
from runtime.consumer import PartitionConsumer
from runtime.foundation import Foundation
from runtime.process import Process, main
from runtime.store.figures import FigureStore
from runtime.store.refusals import RefusalStore


def compose(process: Process) -> None:
    """Put the router together."""
    base = Foundation(process)
    router = Router(
        base.configuration,
        base.interactions,
        Figures(FigureStore(base.store)),
        RefusalStore(base.store),
        base.outbox,
        base.metrics,
        base.clock,
    )
    consumer = PartitionConsumer(
        "router",
        base.broker,
        base.outbox,
        base.membership("router"),
        router_queue,
        router.handle,
        base.settings,
        base.metrics,
        base.instance,
        base.settings.partitions,
    )
    process.add(consumer)
    process.health.register("consumer", consumer.check)


if __name__ == "__main__":
    sys.exit(main("router", compose))
