"""RabbitMQ: the only module tree that knows aio-pika."""

from runtime.broker.connection import Broker
from runtime.broker.listener import Listener
from runtime.broker.publisher import Publisher
from runtime.broker.subscription import Delivery, Subscription

__all__ = ["Broker", "Delivery", "Listener", "Publisher", "Subscription"]
