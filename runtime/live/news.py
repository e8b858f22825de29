"""What has changed, as the writers of this process say it: after the write, so that who looks sees it.

To say it costs a writer next to nothing and waits for nobody. It is gathered until the publisher takes it; the same
thing said twice meanwhile is told once. Where nobody publishes, nothing is gathered.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from contracts.interactions import Interaction
from contracts.live import LiveKind
from contracts.messages import DeliveryState
from contracts.stored import StoredMessage, StoredStatus

MOST = 5000
"""So many different changes are gathered; who is told of no more than that is told to look everything up."""


@dataclass(slots=True)
class Item:
    """One change. `resolved`: queues and agents are known. `fronts`: the agent queues that it stands in changed too."""

    kind: LiveKind
    id: str
    interaction_id: str | None = None
    account_id: str | None = None
    agent_id: str | None = None
    queues: set[str] = field(default_factory=set)
    agents: set[str] = field(default_factory=set)
    resolved: bool = True
    fronts: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """A message by the names that a provider gives it. `failed`: its interaction shows that, too."""

    account_id: str
    provider_id: str
    reference: str | None
    failed: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was said since the last time. `overflowed`: there was more."""

    items: Sequence[Item]
    statuses: Sequence[About]
    overflowed: bool


class News:
    """Gathers what has changed."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self._items: dict[tuple[LiveKind, str, str | None], Item] = {}
        self._statuses: dict[About, None] = {}
        self._overflowed = False
        self._open = False

    def open(self) -> None:
        """Gather from now on."""
        self._open = True

    def close(self) -> None:
        """Gather no more."""
        self._open = False

    def take(self) -> Gathered:
        """What was said since the last time."""
        self.arrived.clear()
        gathered = Gathered(list(self._items.values()), list(self._statuses), self._overflowed)
        self._items, self._statuses, self._overflowed = {}, {}, False
        return gathered

    # --- what writers say

    def interactions(self, changed: Iterable[Interaction]) -> None:
        """Interactions are as these say, or were: who had to do with it before is told, too."""
        for one in changed:
            item = self._item(LiveKind.INTERACTION, one.id, one.id, one.account_id)
            if item is not None:
                _concerns(item, one)

    def interaction(self, interaction_id: str, *, fronts: bool = False) -> None:
        """Something about an interaction has changed; with `fronts`, agents have it in front of them otherwise."""
        item = self._item(LiveKind.INTERACTION, interaction_id, interaction_id, resolved=False)
        if item is not None:
            item.fronts |= fronts

    def messages(self, stored: Iterable[StoredMessage], of: Interaction | None = None) -> None:
        """Messages (of this interaction, as it is now) are there, or others than they were."""
        for message in stored:
            item = self._item(
                LiveKind.MESSAGE, message.id, message.interaction_id, message.account_id, resolved=of is not None
            )
            if item is not None and of is not None:
                _concerns(item, of)

    def message(self, message_id: str) -> None:
        """A message is another than it was."""
        self._item(LiveKind.MESSAGE, message_id, resolved=False)

    def statuses(self, reported: Iterable[StoredStatus]) -> None:
        """The messages that these statuses are about may have come further."""
        for status in reported:
            if self._may_add():
                failed = status.state is DeliveryState.FAILED
                self._statuses[About(status.account_id, status.provider_id, status.reference, failed)] = None
                self.arrived.set()

    def agent_queues(self, pairs: Iterable[tuple[str, Interaction]]) -> None:
        """What agents have in front of them has changed, as far as these interactions go."""
        for agent_id, one in pairs:
            self.agent_queue(agent_id, one.id, one.account_id)

    def agent_queue(self, agent_id: str, interaction_id: str, account_id: str) -> None:
        """The same of one agent."""
        self._item(LiveKind.AGENT_QUEUE, agent_id, interaction_id, account_id, agent_id)

    def agent(self, agent_id: str) -> None:
        """An agent is doing something else."""
        self._item(LiveKind.AGENT, agent_id, agent_id=agent_id)

    def configuration(self, kinds: Iterable[str]) -> None:
        """Something of these kinds was configured."""
        for kind in kinds:
            self._item(LiveKind.CONFIGURATION, kind)

    def _item(
        self,
        kind: LiveKind,
        id_: str,
        interaction_id: str | None = None,
        account_id: str | None = None,
        agent_id: str | None = None,
        *,
        resolved: bool = True,
    ) -> Item | None:
        key = (kind, id_, interaction_id)
        item = self._items.get(key)
        if item is None:
            if not self._may_add():
                return None
            item = self._items[key] = Item(kind, id_, interaction_id, account_id, agent_id, resolved=resolved)
            self.arrived.set()
        item.resolved |= resolved
        return item

    def _may_add(self) -> bool:
        if self._open and len(self._items) + len(self._statuses) >= MOST:
            self._overflowed = True
            self.arrived.set()
            return False
        return self._open


def _concerns(item: Item, interaction: Interaction) -> None:
    if interaction.queue_id is not None:
        item.queues.add(interaction.queue_id)
    if interaction.owner is not None:
        item.agents.add(interaction.owner)
    item.agents.update(interaction.offered_to)
