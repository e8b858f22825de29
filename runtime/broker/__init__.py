"""RabbitMQ: the only module tree that knows aio-pika."""

from runtime.broker.connection import Broker
from runtime.broker.depth import Standing, delete_idle, depths, standings
from runtime.broker.listener import Listener
from runtime.broker.publisher import Publisher
from runtime.broker.stream import EventLog
from runtime.broker.subscription import Delivery, Subscription

__all__ = [
    "Broker",
    "Delivery",
    "EventLog",
    "Listener",
    "Publisher",
    "Standing",
    "Subscription",
    "delete_idle",
    "depths",
    "standings",
]
