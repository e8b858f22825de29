"""`python -m gateway drain DIRECTORY`: takes over journals whose gateways never come back. `switchboard journal drain`
runs it for people.

With a gateway's journal those of its accounts in flood are drained, after it.

Tells of its progress on standard output, one JSON object a line: `directory`, `records` (of it that the broker has) and
`bytes` (what is left). Ends with 0 when everything is drained, 1 when not, 2 when the settings are wrong.
"""

import os
import socket
import sys
from functools import partial
from pathlib import Path

import orjson
import uvloop
from pydantic import ValidationError

from contracts.errors import NotFound, SwitchboardError
from gateway.receive.journal.detour import Detour
from gateway.receive.journal.directory import InUse, JournalDirectory, floods, journals
from gateway.receive.journal.drainer import Drainer
from gateway.receive.journal.journal import Journal
from runtime.attendance import GROUP, Attendance
from runtime.broker import Broker, Publisher
from runtime.clock import utc_now
from runtime.foundation import topology_of
from runtime.layout import Layout
from runtime.logging import configure_logging, get_logger
from runtime.metrics import Metrics
from runtime.settings import Settings, setting_faults
from runtime.store.client import Store
from runtime.store.layout import LayoutStore
from runtime.store.membership import Membership

log = get_logger(__name__)


def drain(path: Path) -> int:
    """Drain a journal, or all journals under a directory; the exit code."""
    try:
        settings = Settings()
    except ValidationError as error:
        log.error("settings.wrong", faults="; ".join(setting_faults(error)))
        return 2
    configure_logging(settings, "drain")
    try:
        uvloop.run(_drain_all(path, settings))
    except SwitchboardError as error:
        log.error("journal.not_drained", reason=str(error))
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


async def _drain_all(path: Path, settings: Settings) -> None:
    directories = _acquired(path)
    store = Store(settings.mongo_url, settings.database)
    layout = Layout(settings.partitions, inlet=True, known=False)
    broker = Broker(settings.amqp_url, partial(topology_of, layout, settings), "journal-drain", needed=False)
    membership = Membership(store, GROUP, f"drain-{socket.gethostname()}-{os.getpid()}", settings.member_ttl_s)
    attendance = Attendance("drain", membership, LayoutStore(store), layout, settings.partitions, settings.heartbeat_s)
    try:
        await store.check()
        await attendance.start()
        for directory in directories:
            await _drain(directory, broker, settings, layout)
    finally:
        await attendance.stop()
        await broker.stop()
        await store.stop()


def _acquired(path: Path) -> list[JournalDirectory]:
    """The journals that nobody uses; one that was named itself must be free."""
    found = journals(path)
    if not found:
        raise NotFound(f"there is no journal in {path}")
    free = []
    for one in map(JournalDirectory, found):
        try:
            one.acquire()
        except InUse as error:
            if one.path == path:
                raise
            log.warning("journal.in_use", directory=str(one.path), reason=str(error))
        else:
            free.append(one)
    return free


async def _drain(directory: JournalDirectory, broker: Broker, settings: Settings, layout: Layout) -> None:
    metrics = Metrics()
    journal = Journal(directory, settings.journal_max_bytes, metrics, utc_now)
    publisher = Publisher(broker, settings.publish_timeout_s)
    detour = Detour(journal, settings.journal_after_s, layout)
    drainer = Drainer(journal, detour, broker, publisher, layout, metrics)
    await journal.start()
    try:
        _tell(journal, drainer)
        while not journal.empty:
            await drainer.advance()
            _tell(journal, drainer)
        # Behind it: what is in the journal of an account in flood came later.
        for flood in map(JournalDirectory, floods(directory.path)):
            flood.acquire()
            await _drain(flood, broker, settings, layout)
    finally:
        await journal.stop()


def _tell(journal: Journal, drainer: Drainer) -> None:
    line = {"directory": str(journal.path), "records": drainer.records, "bytes": journal.size}
    sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
    sys.stdout.buffer.flush()
