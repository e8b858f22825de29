"""The figures that a process shows under `/metrics`, each defined once, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIZE_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Metrics:
    """All metrics of one process; a process shows those that it uses."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.webhooks = Counter(
            "switchboard_webhooks",
            "Webhook requests by provider and answer.",
            ["provider", "answer"],
            registry=self.registry,
        )
        self.items = Counter(
            "switchboard_webhook_items",
            "Items of webhooks by provider and fate.",
            ["provider", "fate"],
            registry=self.registry,
        )
        self.confirm_seconds = Histogram(
            "switchboard_confirm_seconds",
            "From a webhook's events being gathered to the broker's confirm.",
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.journal_bytes = Gauge(
            "switchboard_journal_bytes", "Size of what the journal holds.", registry=self.registry
        )
        self.journal_oldest_seconds = Gauge(
            "switchboard_journal_oldest_seconds", "Age of the journal's oldest record.", registry=self.registry
        )
        self.journaled = Counter(
            "switchboard_journaled", "Records written to the journal by kind.", ["kind"], registry=self.registry
        )
        self.journal_drained = Counter(
            "switchboard_journal_drained", "Records of the journal that the broker has.", registry=self.registry
        )
        self.journal_damaged = Counter(
            "switchboard_journal_damaged_bytes", "Bytes of the journal that were no records.", registry=self.registry
        )
        self.journal_commit_seconds = Histogram(
            "switchboard_journal_commit_seconds",
            "Time for writing to the journal, fsync included.",
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.flood_accounts = Gauge(
            "switchboard_flood_accounts", "Accounts in flood, whose events are put aside.", registry=self.registry
        )
        self.flood_bytes = Gauge(
            "switchboard_flood_bytes", "Size of what accounts in flood have aside.", registry=self.registry
        )
        self.flood_oldest_seconds = Gauge(
            "switchboard_flood_oldest_seconds", "Age of the oldest event that was put aside.", registry=self.registry
        )
        self.flood_diverted = Counter(
            "switchboard_flood_diverted", "Events that were put aside.", registry=self.registry
        )
        self.flood_given_back = Counter(
            "switchboard_flood_given_back", "Events that were put aside and have gone on.", registry=self.registry
        )
        self.flood_rate = Gauge(
            "switchboard_flood_rate", "Events a second that go on of what was put aside.", registry=self.registry
        )
        self.load_messages = Gauge(
            "switchboard_load_messages",
            "AMQP messages before routers and workers, in hand included, when they were last counted.",
            registry=self.registry,
        )
        self.load_wait_seconds = Gauge(
            "switchboard_load_wait_seconds",
            "How long they take at the rate of the last seconds.",
            registry=self.registry,
        )
        self.all_aside = Gauge(
            "switchboard_all_aside", "1 while the broker holds so much that everything is kept.", registry=self.registry
        )
        self.batch_events = Histogram(
            "switchboard_batch_events", "Events in a batch.", ["stage"], buckets=SIZE_BUCKETS, registry=self.registry
        )
        self.batch_seconds = Histogram(
            "switchboard_batch_seconds", "Time for a batch.", ["stage"], buckets=LATENCY_BUCKETS, registry=self.registry
        )
        self.handled = Counter(
            "switchboard_handled",
            "Events and commands by stage and outcome.",
            ["stage", "outcome"],
            registry=self.registry,
        )
        self.sends = Counter(
            "switchboard_sends",
            "Outbound messages by provider and outcome of a call: sent, failed, unconfirmed or retried.",
            ["provider", "outcome"],
            registry=self.registry,
        )
        self.call_seconds = Histogram(
            "switchboard_provider_call_seconds",
            "Time for a call to a provider.",
            ["provider"],
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.lag_seconds = Gauge(
            "switchboard_lag_seconds", "Age of the newest event of the last batch.", ["stage"], registry=self.registry
        )
        self.partitions = Gauge(
            "switchboard_partitions_owned", "Partitions that this instance owns.", ["stage"], registry=self.registry
        )
        self.live_told = Counter(
            "switchboard_live_told", "Changes that this process has told the live feed of.", registry=self.registry
        )
        self.live_clients = Gauge(
            "switchboard_live_clients", "Clients that listen to this console's live feed.", registry=self.registry
        )
        self.live_sent = Counter(
            "switchboard_live_sent", "Changes sent to clients of the live feed.", registry=self.registry
        )
        self.live_resets = Counter(
            "switchboard_live_resets",
            "Clients told to look everything up: behind (away for too long), slow, or missed (a change was lost).",
            ["why"],
            registry=self.registry,
        )
        self.live_dropped = Counter(
            "switchboard_live_dropped", "Clients cut off because they took nothing.", registry=self.registry
        )
        self.configuration_version = Gauge(
            "switchboard_configuration_version", "Version of the configuration in use.", registry=self.registry
        )

    def exposition(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)
