"""The configuration of one moment, complete and unchanging: what a decision is taken by."""

from collections.abc import Collection, Iterator
from functools import cached_property

from pydantic import ConfigDict

from contracts.accounts import Account
from contracts.base import Count, Value
from contracts.commands import agent_target, queue_target
from contracts.contacts import ContactList
from contracts.desk import Disposition, GlobalAnswer, Pause
from contracts.intervals import Interval
from contracts.queues import Agent, Queue, Team
from contracts.whitelists import Whitelist


class Configuration(Value):
    """All that admins configure, by id, at one version."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    version: Count = 0
    accounts: dict[str, Account] = {}
    whitelists: dict[str, Whitelist] = {}
    queues: dict[str, Queue] = {}
    agents: dict[str, Agent] = {}
    teams: dict[str, Team] = {}
    lists: dict[str, ContactList] = {}
    intervals: dict[str, Interval] = {}
    pauses: dict[str, Pause] = {}
    canned_answers: dict[str, GlobalAnswer] = {}
    dispositions: dict[str, Disposition] = {}

    @cached_property
    def accounts_by_key(self) -> dict[str, Account]:
        """Accounts by their key in lower case: keys are unique whatever the case."""
        return {account.key.lower(): account for account in self.accounts.values()}

    def accounts_of_type(self, provider: str) -> Iterator[Account]:
        """The accounts at one provider."""
        return (account for account in self.accounts.values() if account.type == provider)

    def members(self, queue: Queue) -> tuple[Agent, ...]:
        """The queue's agents that exist, its own first and then its teams', in order and each once."""
        teams = (self.teams[team].agents for team in queue.teams if team in self.teams)
        ids = dict.fromkeys([*queue.agents, *(agent for team in teams for agent in team)])
        return tuple(self.agents[agent] for agent in ids if agent in self.agents)

    def targets_of(self, agents: Collection[str]) -> list[str]:
        """What waits for these agents: what is offered to each alone, and what to their queues."""
        queues = (queue for agent in sorted(agents) for queue in self.queues_of(agent))
        alone = (agent_target(agent) for agent in sorted(agents))
        return list(dict.fromkeys([*alone, *(queue_target(queue.id) for queue in queues)]))

    def queues_of(self, agent_id: str) -> Iterator[Queue]:
        """The queues that an agent is a member of."""
        return (queue for queue in self.queues.values() if any(a.id == agent_id for a in self.members(queue)))
