"""Events and commands onto the broker: each to the partition that it belongs to, one AMQP message a partition."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from contracts.commands import COMMANDS, SEND_COMMANDS, Command, ErrandCommand, Send, SendCommand, Serve
from contracts.deadletters import DeadLetter
from contracts.events import EVENTS, Event
from contracts.partitioning import conversation_key, partition_of
from contracts.topology import CONFIGURATION, DEAD, ERRANDS, WORK, event_key, router_queue, send_key, work_key
from contracts.topology import EVENTS as EVENTS_EXCHANGE
from runtime.broker import Publisher
from runtime.layout import Layout, layout_of


class Outbox:
    """Publishes bundles and returns when the broker has confirmed all of them.

    What goes into partitions waits while their number is changed, and is `Unavailable` if that takes long.
    """

    def __init__(self, publisher: Publisher, partitions: int | Layout) -> None:
        self._publisher = publisher
        self._layout = layout_of(partitions)

    async def events(self, events: Sequence[Event]) -> None:
        """Publish events, those of one partition together and in order.

        Raises:
            Unavailable: the broker did not confirm; some may have been taken.
        """
        async with self._layout.publishing() as partitions:
            await asyncio.gather(
                *(
                    self._publisher.publish(EVENTS_EXCHANGE, event_key(partition), EVENTS.dump_json(bundle))
                    for partition, bundle in _bundles(events, partitions).items()
                )
            )

    async def events_again(self, events: Sequence[Event]) -> None:
        """Have routers handle events that the event log has already: each goes into the queue of its partition alone.

        Raises:
            Unavailable: as above.
        """
        async with self._layout.publishing() as partitions:
            await asyncio.gather(
                *(
                    self._publisher.publish("", router_queue(partition), EVENTS.dump_json(bundle))
                    for partition, bundle in _bundles(events, partitions).items()
                )
            )

    async def commands(self, commands: Sequence[tuple[str, Command]]) -> None:
        """Publish commands, each with the key (a conversation or a distribution target) that gives its partition.

        Raises:
            Unavailable: as above.
        """
        bundles: dict[int, list[Command]] = defaultdict(list)
        async with self._layout.publishing() as partitions:
            for key, command in commands:
                bundles[partition_of(key, partitions)].append(command)
            await asyncio.gather(
                *(
                    self._publisher.publish(WORK, work_key(partition), COMMANDS.dump_json(bundle))
                    for partition, bundle in bundles.items()
                )
            )

    async def serve(self, targets: Sequence[str], correlation_id: str) -> None:
        """Have what waits for targets offered."""
        await self.commands([(target, Serve(correlation_id=correlation_id, target=target)) for target in targets])

    async def send(self, commands: Sequence[SendCommand]) -> None:
        """Have senders look at conversations, or give signals.

        Raises:
            Unavailable: as above.
        """
        bundles: dict[int, list[SendCommand]] = defaultdict(list)
        async with self._layout.publishing() as partitions:
            for command in commands:
                about = command if isinstance(command, Send) else command.signal
                bundles[partition_of(conversation_key(about.account_id, about.contact_key), partitions)].append(command)
            await asyncio.gather(
                *(
                    self._publisher.publish(WORK, send_key(partition), SEND_COMMANDS.dump_json(bundle))
                    for partition, bundle in bundles.items()
                )
            )

    async def errands(self, commands: Sequence[ErrandCommand]) -> None:
        """Have errands run, one message each: they take long, and any sender may take the next.

        Raises:
            Unavailable: as above.
        """
        await asyncio.gather(
            *(self._publisher.publish(WORK, ERRANDS, command.model_dump_json().encode()) for command in commands)
        )

    async def park(self, letters: Sequence[DeadLetter]) -> None:
        """Set dead letters apart."""
        await asyncio.gather(
            *(self._publisher.publish(DEAD, "", letter.model_dump_json().encode()) for letter in letters)
        )

    async def configuration_changed(self, version: int) -> None:
        """Tell all processes that there is a new version of the configuration; nobody need be listening."""
        body = b'{"version":%d}' % version
        await self._publisher.publish(CONFIGURATION, "", body, mandatory=False)


def _bundles(events: Sequence[Event], partitions: int) -> Mapping[int, list[Event]]:
    bundles: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        bundles[partition_of(event.conversation, partitions)].append(event)
    return bundles
