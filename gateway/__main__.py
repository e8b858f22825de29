"""The gateway's composition root: `python -m gateway receive`."""

import sys

from gateway.receive.app import Door, build_gateway
from gateway.receive.gatherer import Gatherer
from gateway.registry import providers
from runtime.foundation import Foundation
from runtime.process import HttpServer, Process, main

USAGE = "usage: python -m gateway receive\n"
USAGE_EXIT = 2


def compose_receive(process: Process) -> None:
    """Put the process together that takes webhooks in."""
    base = Foundation(process)
    settings = base.settings
    receiving = providers()
    gatherer = process.add(Gatherer(base.publisher, settings.gather_ms / 1000, base.metrics))
    door = Door(
        receiving,
        base.configuration,
        gatherer,
        base.outbox,
        base.metrics,
        base.clock,
        settings.public_url,
        settings.partitions,
    )
    app = build_gateway(door, max(provider.manifest.max_body for provider in receiving.values()))
    process.add(HttpServer(app, settings.host, settings.port, "gateway"))


if __name__ == "__main__":
    if sys.argv[1:] != ["receive"]:
        sys.stderr.write(USAGE)
        sys.exit(USAGE_EXIT)
    sys.exit(main("gateway", compose_receive))
