"""What a click needs and what follows from it: who clicks, the trace, the event into the conversation's partition, and
that whoever has room for it is served something else."""

from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from console.agents import follow
from console.dependencies import ConsoleDependencies
from contracts.accounts import Account
from contracts.base import Id, Value, new_id
from contracts.errors import Conflict, NotFound
from contracts.events import InteractionChange, InteractionChanged
from contracts.interactions import Interaction, RoutingTrace, TraceEntry
from contracts.queues import Agent
from runtime.http import Problem
from runtime.store.assignments import Settled

SUPERVISOR = "supervisor"


class ActorQuery(Value):
    """Who acts: an agent; left out, a supervisor."""

    agent: Id | None = None


class Clicks:
    """Shared by the operations that change interactions."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._with = dependencies

    async def agent(self, agent_id: str) -> Agent:
        """An agent.

        Raises:
            NotFound: there is none.
        """
        agent = await self._with.configuration_store.get(Agent, agent_id)
        if agent is None:
            raise NotFound(f"there is no agent {agent_id}")
        return agent

    async def interaction(self, interaction_id: str) -> Interaction:
        """An interaction.

        Raises:
            NotFound: there is none.
        """
        interaction = await self._with.interactions.get(interaction_id)
        if interaction is None:
            raise NotFound(f"there is no interaction {interaction_id}")
        return interaction

    async def account(self, interaction: Interaction) -> Account | None:
        """The account of an interaction, if there still is one."""
        return await self._with.configuration_store.get(Account, interaction.account_id)

    async def involved(self, interaction_id: str, agent_id: str | None) -> Interaction:
        """An interaction that an agent has to do with: it is theirs or offered to them, or they belong to its account.

        Raises:
            NotFound: there is none.
            Problem: 403, they have nothing to do with it.
        """
        interaction = await self.interaction(interaction_id)
        if agent_id is not None and agent_id not in {interaction.owner, *interaction.offered_to}:
            associated(await self.account(interaction), agent_id)
        return interaction

    async def done(self, settled: Settled, change: InteractionChange, by: str | None, value: str = "") -> Interaction:
        """Say what somebody did, and have whoever has room for it offered something else; the interaction."""
        interaction = settled.interaction
        event = InteractionChanged(
            event_id=new_id(),
            correlation_id=interaction.correlation_id,
            account_id=interaction.account_id,
            contact_key=interaction.contact_key,
            received_at=self._with.clock(),
            interaction_id=interaction.id,
            change=change,
            by=by,
            value=value,
        )
        await self._with.lifecycle.record(self._trace(event))
        await follow(self._with.outbox.events([event]), interaction.correlation_id)
        await self.serve(settled.freed, interaction.correlation_id, interaction.waiting_for)
        return interaction

    async def serve(self, agents: Collection[str], correlation_id: str, target: str | None = None) -> None:
        """Have these agents offered what waits for them, and what waits for a target."""
        targets = self._with.configuration_cache.current.targets_of(agents)
        if target is not None and target not in targets:
            targets.append(target)
        if targets:
            await follow(self._with.outbox.serve(targets, correlation_id), correlation_id)

    def _trace(self, event: InteractionChanged) -> RoutingTrace:
        fields: dict[str, Any] = {"action": event.by or SUPERVISOR, "outcome": event.change.value.replace("_", " ")}
        entry = TraceEntry(at=event.received_at, position=0, value=event.value or None, **fields)
        return RoutingTrace(
            id=event.event_id,
            interaction_id=event.interaction_id,
            correlation_id=event.correlation_id,
            config_version=self._with.configuration_cache.current.version,
            at=event.received_at,
            entries=(entry,),
        )


def associated(account: Account | None, agent_id: str) -> None:
    """Let an agent pass who belongs to an account.

    Raises:
        Problem: 403, they do not.
    """
    if account is None or agent_id not in account.agents:
        raise Problem(HTTPStatus.FORBIDDEN, f"{agent_id} is not associated with the account")


def owned(interaction: Interaction, agent_id: str | None) -> None:
    """Let the owner of an interaction pass, and a supervisor.

    Raises:
        Conflict: somebody else has it.
    """
    if agent_id is not None and interaction.owner != agent_id:
        raise Conflict(f"the interaction is {interaction.owner or 'nobody'}'s")
