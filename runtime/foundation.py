"""What every process stands on, put together once: store, broker, configuration, and the reads and writes over them."""

import os
import socket

from contracts.base import new_id
from contracts.topology import CONFIGURATION, topology
from runtime.broker import Broker, Listener, Publisher
from runtime.clock import utc_now
from runtime.configuration import ConfigurationCache
from runtime.crypto import secret_box
from runtime.process import Process
from runtime.publishing import Outbox
from runtime.store import (
    agent_queues,
    collections,
    configuration,
    contacts,
    deadletters,
    files,
    imports,
    media,
    membership,
    notes,
    offers,
    presence,
    refusals,
    rejections,
    replays,
    templates,
    video,
)
from runtime.store.agent_queues import AgentQueues
from runtime.store.assignments import Assignments
from runtime.store.client import Store
from runtime.store.configuration import ConfigurationStore
from runtime.store.interactions import InteractionStore
from runtime.store.media import GridFSMedia
from runtime.store.membership import Installation, Membership
from runtime.store.offers import OfferStore
from runtime.store.presence import PresenceStore

INDEXES = tuple(
    module.INDEXES
    for module in (
        agent_queues,
        collections,
        configuration,
        contacts,
        deadletters,
        files,
        imports,
        media,
        membership,
        notes,
        offers,
        presence,
        refusals,
        rejections,
        replays,
        templates,
        video,
    )
)


class Foundation:
    """The common parts of a process, added to it in the order in which they start.

    With `broker_needed` off the process starts while the broker is away, too.
    """

    def __init__(self, process: Process, *, broker_needed: bool = True) -> None:
        settings = process.settings
        self.settings = settings
        self.metrics = process.metrics
        self.clock = utc_now
        self.instance = f"{process.name}-{socket.gethostname()}-{os.getpid()}-{new_id()[:6]}"
        self.store = process.add(Store(settings.mongo_url, settings.database, INDEXES))
        process.add(Installation(self.store, settings.partitions))
        declared = topology(settings.partitions, settings.event_log_max_bytes, settings.event_log_max_age)
        self.broker = process.add(Broker(settings.amqp_url, declared, self.instance, needed=broker_needed))
        self.configuration_store = ConfigurationStore(self.store, secret_box(settings))
        self.configuration = process.add(ConfigurationCache(self.configuration_store, settings.configuration_poll_s))
        self.configuration.subscribe(lambda current: self.metrics.configuration_version.set(current.version))
        process.add(Listener(self.broker, CONFIGURATION, self.configuration.changed))
        self.publisher = Publisher(self.broker, settings.publish_timeout_s)
        self.outbox = Outbox(self.publisher, settings.partitions)
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
