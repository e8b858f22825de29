"""The workers' composition roots: `python -m workers deliver` and `python -m workers clock`."""

import sys
from datetime import timedelta

from contracts.topology import DEAD_LETTERS, work_key
from runtime.consumer import PartitionConsumer
from runtime.foundation import Foundation
from runtime.process import Process, main
from runtime.store.contacts import ContactStore
from runtime.store.deadletters import DeadLetterStore
from runtime.store.figures import FigureStore
from runtime.store.files import MessageFiles
from runtime.store.outbound import OutboundStore
from runtime.store.whitelists import WhitelistRules
from workers.clock import ClockWorker
from workers.deadletters import DeadLetterKeeper
from workers.deliver import DeliveryWorker
from workers.distribution.distributor import Distributor
from workers.files import FileSweep
from workers.sends import SendSweep
from workers.whitelists import WhitelistSweep

USAGE = "usage: python -m workers deliver|clock\n"
USAGE_EXIT = 2


def compose_deliver(process: Process) -> None:
    """Put the process together that delivers to agent queues, offers, and keeps dead letters."""
    base = Foundation(process)
    distributor = Distributor(
        base.configuration,
        base.interactions,
        base.presence,
        base.offers,
        base.agent_queues,
        base.assignments,
        base.clock,
        timedelta(seconds=base.settings.round_pause_s),
    )
    worker = DeliveryWorker(
        base.interactions,
        ContactStore(base.store),
        base.agent_queues,
        base.assignments,
        distributor,
        base.outbox,
        base.metrics,
    )
    keeper = DeadLetterKeeper(DeadLetterStore(base.store), base.clock)
    for consumer in (
        PartitionConsumer(
            "worker",
            base.broker,
            base.outbox,
            base.membership("worker"),
            work_key,
            worker.handle,
            base.settings,
            base.metrics,
            base.instance,
            base.layout,
        ),
        PartitionConsumer(
            "dead_letters",
            base.broker,
            base.outbox,
            base.membership("dead_letters"),
            lambda _: DEAD_LETTERS,
            keeper.handle,
            base.settings,
            base.metrics,
            base.instance,
            partitions=1,
        ),
    ):
        process.add(consumer)
        process.health.register(consumer.stage, consumer.check)


def compose_clock(process: Process) -> None:
    """Put the process together that watches deadlines."""
    base = Foundation(process, inlet=True)
    overdue = timedelta(seconds=base.settings.media_sweep_s)
    clock = ClockWorker(
        base.interactions,
        FigureStore(base.store),
        base.offers,
        base.presence,
        base.assignments,
        base.outbox,
        base.metrics,
        base.clock,
        base.settings,
        sweeps=[
            FileSweep(MessageFiles(base.store), base.media, base.outbox, base.clock, overdue),
            _send_sweep(base),
            WhitelistSweep(WhitelistRules(base.store)),
        ],
    )
    process.add(clock)
    process.health.register("clock", clock.check)


def _send_sweep(base: Foundation) -> SendSweep:
    settings = base.settings
    return SendSweep(
        OutboundStore(base.store),
        base.outbox,
        base.clock,
        overdue=timedelta(seconds=settings.send_sweep_s),
        dead=timedelta(seconds=2 * settings.send_timeout_s),
    )


COMPOSITIONS = {"deliver": compose_deliver, "clock": compose_clock}

if __name__ == "__main__":
    if len(sys.argv) != USAGE_EXIT or sys.argv[1] not in COMPOSITIONS:
        sys.stderr.write(USAGE)
        sys.exit(USAGE_EXIT)
    sys.exit(main({"deliver": "worker"}.get(sys.argv[1], sys.argv[1]), COMPOSITIONS[sys.argv[1]]))
