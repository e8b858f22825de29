"""The gateway's composition roots: `python -m gateway receive`, `... send`, and `... drain DIRECTORY`."""

import socket
import sys
from functools import partial
from pathlib import Path

from contracts.commands import CallWebhook, CheckAccount, FetchMedia, SynchroniseTemplates
from contracts.topology import send_key
from gateway.media.fetch import MediaFetcher
from gateway.providers.seam import Limits
from gateway.receive.app import Door, build_gateway
from gateway.receive.files import FileDoor
from gateway.receive.gatherer import Gatherer
from gateway.receive.journal import Detour, Drainer, Journal, claim
from gateway.receive.journal.command import drain
from gateway.receive.journal.readiness import Readiness
from gateway.receive.overload import Gauge, Lanes, Marks, Sluice
from gateway.registry import providers
from gateway.send.calls import Caller
from gateway.send.checks import AccountChecker
from gateway.send.courier import Courier
from gateway.send.errands import Errands, Handlers
from gateway.send.sender import Sender
from gateway.send.templates import TemplateReader
from gateway.send.turns import Turns
from gateway.webhooks.call import EndpointCaller
from runtime.configuration import ConfigurationCache
from runtime.consumer import PartitionConsumer
from runtime.foundation import Foundation
from runtime.http.client import OutboundHttp
from runtime.media.links import media_links
from runtime.process import HttpServer, Process, main
from runtime.settings import host_names
from runtime.store.account_checks import AccountCheckStore
from runtime.store.files import MessageFiles
from runtime.store.membership import Roll
from runtime.store.outbound import OutboundStore
from runtime.store.templates import TemplateStore

USAGE = "usage: python -m gateway receive|send|drain DIRECTORY\n"
USAGE_EXIT = 2


def compose_receive(process: Process) -> None:
    """Put the process together that takes webhooks in."""
    base = Foundation(process, broker_needed=False, inlet=True)
    settings = base.settings
    receiving = providers()
    directory = claim(settings.journal_dir, f"{socket.gethostname()}:{settings.host}:{settings.port}")
    journal = process.add(Journal(directory, settings.journal_max_bytes, base.metrics, base.clock))
    journal.show()
    lanes = Lanes(directory.path, settings.journal_max_bytes, base.metrics, base.clock)
    base.attendance.tell("journal", lambda: lanes.added_to(journal.figures()))
    detour = Detour(journal, settings.journal_after_s, base.layout)
    process.add(Drainer(journal, detour, base.broker, base.publisher, base.layout, base.metrics))
    process.health.register("rabbitmq", Readiness(base.broker, journal, settings.journal_after_s).check)
    gatherer = process.add(Gatherer(base.publisher, detour, settings.gather_ms / 1000, base.metrics))
    keeps = settings.overload_backlog if settings.journal_max_bytes else 0
    sluice = process.add(
        Sluice(
            gatherer,
            detour,
            lanes,
            Gauge(base.broker, Roll(base.store), base.layout, settings),
            Marks(settings.overload_wait_s, keeps, settings.overload_most),
            base.metrics,
        )
    )
    door = Door(
        receiving,
        base.configuration,
        sluice,
        base.metrics,
        base.clock,
        settings.public_url,
        base.layout,
    )
    files = FileDoor(media_links(settings, base.clock), base.media)
    app = build_gateway(door, files, max(provider.manifest.max_body for provider in receiving.values()))
    process.add(HttpServer(app, settings.host, settings.port, "gateway"))


def compose_send(process: Process) -> None:
    """Put the process together that sends, fetches files and reads templates."""
    base = Foundation(process)
    settings = base.settings
    http = process.add(OutboundHttp(settings.allowed_hosts, settings.send_timeout_s))
    caller = Caller(http, base.media, base.metrics)
    turns = Turns(
        settings.send_concurrency,
        settings.send_account_concurrency,
        limits_of=partial(_limits, base.configuration),
        share=lambda: consumer.share,
    )
    courier = Courier(
        OutboundStore(base.store),
        base.configuration,
        providers(),
        caller,
        media_links(settings, base.clock),
        base.metrics,
        base.clock,
        settings,
        base.instance,
    )
    sender = process.add(Sender(turns, courier, caller, providers(), base.configuration, base.outbox, settings))
    consumer = process.add(
        PartitionConsumer(
            "sender",
            base.broker,
            base.outbox,
            base.membership("sender"),
            send_key,
            sender.handle,
            settings,
            base.metrics,
            base.instance,
            base.layout,
        )
    )
    handlers = _handlers(base, caller, http)
    errands = process.add(Errands(base.broker, base.outbox, handlers, base.metrics, base.clock))
    for name, check in (("sender", sender.check), ("commands", consumer.check), ("errands", errands.check)):
        process.health.register(name, check)


def _limits(configuration: ConfigurationCache, account_id: str) -> Limits:
    account = configuration.current.accounts.get(account_id)
    provider = providers().get(account.type) if account else None
    return provider.manifest.limits if provider else Limits()


def _handlers(base: Foundation, caller: Caller, http: OutboundHttp) -> Handlers:
    fetcher = MediaFetcher(
        providers(),
        base.configuration,
        caller,
        http,
        MessageFiles(base.store),
        base.media,
        base.metrics,
        base.clock,
        base.settings.media_max_bytes,
    )
    reader = TemplateReader(TemplateStore(base.store), base.configuration, providers(), caller, base.clock)
    checker = AccountChecker(AccountCheckStore(base.store), base.configuration, providers(), caller, base.clock)
    endpoints = EndpointCaller(http, base.outbox, host_names(base.settings.webhook_hosts), base.metrics, base.clock)
    return {
        FetchMedia: fetcher.handle,
        SynchroniseTemplates: reader.synchronise,
        CheckAccount: checker.check,
        CallWebhook: endpoints.handle,
    }


COMPOSITIONS = {"receive": compose_receive, "send": compose_send}
DRAIN_ARGUMENTS = 3
NAMES = {"receive": "gateway", "send": "sender"}

if __name__ == "__main__":
    if sys.argv[1:2] == ["drain"] and len(sys.argv) == DRAIN_ARGUMENTS:
        sys.exit(drain(Path(sys.argv[2])))
    if len(sys.argv) != USAGE_EXIT or sys.argv[1] not in COMPOSITIONS:
        sys.stderr.write(USAGE)
        sys.exit(USAGE_EXIT)
    sys.exit(main(NAMES[sys.argv[1]], COMPOSITIONS[sys.argv[1]]))
