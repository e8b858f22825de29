"""The router's composition roots: `python -m router` and `python -m router replay`."""

import sys

from contracts.topology import router_queue
from router.figures import Figures
from router.replay.replayer import Replayer
from router.service import Router
from runtime.consumer import PartitionConsumer
from runtime.foundation import Foundation
from runtime.process import Process, main
from runtime.store.deadletters import DeadLetterStore
from runtime.store.effects import EffectStore
from runtime.store.figures import FigureStore
from runtime.store.refusals import RefusalStore
from runtime.store.replays import ReplayStore
from runtime.store.whitelists import WhitelistRules

USAGE = "usage: python -m router [replay]\n"
USAGE_EXIT = 2


def compose(process: Process) -> None:
    """Put the router together."""
    base = Foundation(process)
    router = Router(
        base.configuration,
        base.interactions,
        Figures(FigureStore(base.store)),
        RefusalStore(base.store),
        WhitelistRules(base.store),
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
        base.layout,
    )
    process.add(consumer)
    process.health.register("consumer", consumer.check)


def compose_replay(process: Process) -> None:
    """Put the process together that carries replays out."""
    base = Foundation(process, inlet=True)
    letters = DeadLetterStore(base.store)
    replayer = process.add(
        Replayer(
            base.broker,
            base.outbox,
            base.configuration,
            ReplayStore(base.store),
            letters,
            EffectStore(base.store, letters),
            base.interactions,
            WhitelistRules(base.store),
            base.clock,
            base.instance,
            base.layout,
        )
    )
    process.health.register("replayer", replayer.check)


COMPOSITIONS = {(): ("router", compose), ("replay",): ("replayer", compose_replay)}

if __name__ == "__main__":
    if (called := tuple(sys.argv[1:])) not in COMPOSITIONS:
        sys.stderr.write(USAGE)
        sys.exit(USAGE_EXIT)
    sys.exit(main(*COMPOSITIONS[called]))
