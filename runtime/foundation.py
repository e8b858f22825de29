"""What every process stands on, put together once: store, broker, configuration, and the reads and writes over them."""

import os
import socket
from functools import partial

from contracts.base import new_id
from contracts.errors import Unavailable
from contracts.topology import CONFIGURATION, Topology, topology
from runtime.attendance import GROUP, Attendance
from runtime.broker import Broker, Listener, Publisher
from runtime.clock import utc_now
from runtime.configuration import ConfigurationCache
from runtime.crypto import secret_box
from runtime.layout import Layout
from runtime.live.news import News
from runtime.live.publisher import LivePublisher
from runtime.process import Process
from runtime.publishing import Outbox
from runtime.settings import Settings
from runtime.store import (
    agent_queues,
    audit,
    collections,
    configuration,
    contacts,
    deadletters,
    files,
    imports,
    interaction_lists,
    media,
    membership,
    notes,
    offers,
    presence,
    refusals,
    rejections,
    replays,
    sessions,
    templates,
    tokens,
    users,
    users_attempts,
    users_sight,
    video,
)
from runtime.store.agent_queues import AgentQueues
from runtime.store.assignments import Assignments
from runtime.store.audiences import Audiences
from runtime.store.client import Store
from runtime.store.configuration import ConfigurationStore
from runtime.store.interactions import InteractionStore
from runtime.store.layout import LayoutStore
from runtime.store.media import GridFSMedia
from runtime.store.membership import Membership
from runtime.store.offers import OfferStore
from runtime.store.presence import PresenceStore

INDEXES = tuple(
    module.INDEXES
    for module in (
        agent_queues,
        audit,
        collections,
        configuration,
        contacts,
        deadletters,
        files,
        imports,
        interaction_lists,
        media,
        membership,
        notes,
        offers,
        presence,
        refusals,
        rejections,
        replays,
        sessions,
        templates,
        tokens,
        users,
        users_attempts,
        users_sight,
        video,
    )
)


def topology_of(layout: Layout, settings: Settings) -> Topology:
    """What is declared at the broker now.

    Raises:
        Unavailable: the installation has not been asked yet how many partitions it has.
    """
    if not layout.known:
        raise Unavailable("the number of partitions is not known yet")
    return topology(layout.count, settings.event_log_max_bytes, settings.event_log_max_age)


class Foundation:
    """The common parts of a process, added to it in the order in which they start.

    With `broker_needed` off the process starts while the broker is away, too. `inlet` says that it brings in what is
    new, rather than going on with what came in: it is held first while the number of partitions is changed.
    """

    def __init__(self, process: Process, *, broker_needed: bool = True, inlet: bool = False) -> None:
        settings = process.settings
        self.settings = settings
        self.metrics = process.metrics
        self.clock = utc_now
        self.instance = f"{process.name}-{socket.gethostname()}-{os.getpid()}-{new_id()[:6]}"
        self.news = News()
        self.store = process.add(Store(settings.mongo_url, settings.database, INDEXES, self.news))
        self.layout = Layout(settings.partitions, inlet=inlet, known=False)
        self.attendance = process.add(
            Attendance(
                process.name,
                self.membership(GROUP),
                LayoutStore(self.store),
                self.layout,
                settings.partitions,
                settings.heartbeat_s,
            )
        )
        declared = partial(topology_of, self.layout, settings)
        self.broker = process.add(Broker(settings.amqp_url, declared, self.instance, needed=broker_needed))
        process.add(LivePublisher(self.news, self.broker, Audiences(self.store), self.metrics, self.clock))
        self.configuration_store = ConfigurationStore(self.store, secret_box(settings))
        self.configuration = process.add(ConfigurationCache(self.configuration_store, settings.configuration_poll_s))
        self.configuration.subscribe(lambda current: self.metrics.configuration_version.set(current.version))
        process.add(Listener(self.broker, CONFIGURATION, self.configuration.changed))
        self.publisher = Publisher(self.broker, settings.publish_timeout_s)
        self.outbox = Outbox(self.publisher, self.layout)
        self.interactions = InteractionStore(self.store)
        self.presence = PresenceStore(self.store, self.clock)
        self.offers = OfferStore(self.store)
        self.media = GridFSMedia(self.store, self.clock)
        self.agent_queues = AgentQueues(self.store, self.interactions)
        self.assignments = Assignments(
            self.store, self.interactions, self.agent_queues, self.presence, self.offers, self.clock
        )
        process.health.register("mongodb", self.store.check)
        process.health.register("rabbitmq", self.broker.check)

    def membership(self, group: str) -> Membership:
        """This instance's membership of a group that shares partitions."""
        return Membership(self.store, group, self.instance, self.settings.member_ttl_s)
