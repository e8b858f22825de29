"""The worker: carries out what the router decided, in batches.

A `Deliver` creates the contact, once, and brings the agent queues in line with the interaction; a `Serve` has what
waits for a target offered. Both may come any number of times. Many in one batch for the same interaction or target are
one.
"""

import asyncio
from collections.abc import Sequence

from contracts.base import number_of
from contracts.commands import COMMANDS, Command, ContactSeed, Deliver, Serve
from contracts.contacts import Contact, contact_id
from runtime.bundles import unbundle
from runtime.logging import get_logger
from runtime.metrics import Metrics
from runtime.publishing import Outbox
from runtime.store.agent_queues import AgentQueues
from runtime.store.assignments import Assignments
from runtime.store.contacts import ContactStore
from runtime.store.interactions import InteractionStore
from workers.distribution.distributor import Distributor

log = get_logger(__name__)


class DeliveryWorker:
    """Handles batches of commands."""

    def __init__(
        self,
        interactions: InteractionStore,
        contacts: ContactStore,
        agent_queues: AgentQueues,
        assignments: Assignments,
        distributor: Distributor,
        outbox: Outbox,
        metrics: Metrics,
    ) -> None:
        self._interactions = interactions
        self._contacts = contacts
        self._agent_queues = agent_queues
        self._assignments = assignments
        self._distributor = distributor
        self._outbox = outbox
        self._metrics = metrics

    async def handle(self, bodies: Sequence[bytes]) -> int:
        """Carry out bundles of commands; the number of commands.

        Raises:
            Unavailable: broker or database is away; to be called again with the same bundles.
        """
        unbundled = unbundle(COMMANDS, bodies, "worker")
        if unbundled.letters:
            await self._outbox.park(unbundled.letters)
        commands: Sequence[Command] = unbundled.items
        delivers = [command for command in commands if isinstance(command, Deliver)]
        targets = dict.fromkeys(command.target for command in commands if isinstance(command, Serve))
        # None of these needs another: what they have in common, they change under conditions.
        await asyncio.gather(
            self._create_contacts(delivers), self._deliver(delivers), *(self._serve(target) for target in targets)
        )
        return len(commands)

    async def _create_contacts(self, delivers: Sequence[Deliver]) -> None:
        seeds = {d.interaction_id: d.contact for d in delivers if d.contact is not None}
        await self._interactions.create_contacts([_contact(seed) for seed in seeds.values()])
        for seed in seeds.values():
            if seed.alias is not None:
                await self._contacts.adopt(contact_id(seed.list_id, seed.key), seed.alias)

    async def _serve(self, target: str) -> None:
        offered = await self._distributor.serve(target)
        self._metrics.handled.labels("worker", "offered").inc(offered)

    async def _deliver(self, delivers: Sequence[Deliver]) -> None:
        if not delivers:
            return
        settle = {d.interaction_id for d in delivers if d.settle}
        join = [d for d in delivers if d.interaction_id not in settle]
        unread = {d.interaction_id for d in join if d.entries is None}
        unread |= await self._agent_queues.refresh([entry for d in join for entry in d.entries or ()])
        if unread:
            await self._agent_queues.deliver(unread)
        if settle:
            freed = await self._assignments.settle(await self._interactions.get_many(settle))
            await self._outbox.serve(self._distributor.targets_of(freed), delivers[0].correlation_id)
        self._metrics.handled.labels("worker", "delivered").inc(len(delivers))
        for deliver in delivers:
            log.debug(
                "interaction.delivered", correlation_id=deliver.correlation_id, interaction=deliver.interaction_id
            )


def _contact(seed: ContactSeed) -> Contact:
    return Contact(
        id=contact_id(seed.list_id, seed.key),
        list_id=seed.list_id,
        key=seed.key,
        number=number_of(seed.key),
        name=seed.name,
    )
