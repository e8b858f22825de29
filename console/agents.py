"""What agents do: be available or not, and take or refuse what is offered to them.

Every click takes effect in the database at once. What follows from it travels through the broker; if that is away, the
click still counts, and the sweep of the clock sees to the rest.
"""

from collections.abc import Awaitable, Collection, Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from console.dependencies import ConsoleDependencies
from contracts.access import READING, WORKING
from contracts.base import Value, new_id
from contracts.errors import ConfigurationFault, Conflict, NotFound, Unavailable
from contracts.events import OfferAccepted, OfferRejected
from contracts.interactions import AgentQueueEntry, EntryKind, Interaction, OfferOutcome
from contracts.queues import Agent, AgentState, Presence
from runtime.http import Call, Nothing, Route
from runtime.logging import get_logger

log = get_logger(__name__)

_TAG = "agents at work"


class StateInput(Value):
    """What an agent is to be doing; `pause` is the id of one, and goes with the state `pause` only."""

    state: AgentState
    pause: Annotated[str, Field(max_length=64)] = ""


class AgentQueue(Value):
    """What an agent has in front of them, in the order to be worked."""

    items: tuple[AgentQueueEntry, ...]


class AgentApi:
    """The operations on agents at work."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._with = dependencies

    async def state(self, call: Call[Nothing, Nothing]) -> Presence:
        """What an agent is doing now."""
        return await self._with.presence.get(await self._agent(call.path["id"]))

    async def set_state(self, call: Call[StateInput, Nothing]) -> Presence:
        """Change what an agent is doing; one who becomes available is offered what waits."""
        wanted = call.body
        if wanted.pause and wanted.state is not AgentState.PAUSE:
            raise ConfigurationFault("pause", "goes with the state pause only")
        if wanted.pause and wanted.pause not in self._with.configuration_cache.current.pauses:
            raise ConfigurationFault("pause", f"there is no pause {wanted.pause}")
        agent_id = await self._agent(call.path["id"])
        presence = await self._with.presence.set(agent_id, wanted.state, wanted.pause)
        if presence.state is AgentState.AVAILABLE:
            await self._serve([agent_id], call.correlation_id)
        if presence.state is AgentState.OFFLINE:
            await self._withdraw_offers(agent_id)
        return presence

    async def queue(self, call: Call[Nothing, Nothing]) -> AgentQueue:
        """What an agent has in front of them."""
        agent_id = await self._agent(call.path["id"])
        return AgentQueue(items=tuple(await self._with.agent_queues.entries(agent_id)))

    async def accept(self, call: Call[Nothing, Nothing]) -> Interaction:
        """Take what is offered: exactly one agent does, the others are told by whom it was taken."""
        agent_id = await self._agent(call.path["id"])
        settled = await self._with.assignments.take(call.path["interaction"], agent_id)
        interaction = settled.interaction
        event = OfferAccepted(**self._about(interaction), interaction_id=interaction.id, agent_id=agent_id)
        await follow(self._with.outbox.events([event]), interaction.correlation_id)
        await self._serve(settled.freed, interaction.correlation_id)
        return interaction

    async def reject(self, call: Call[Nothing, Nothing]) -> Interaction:
        """Refuse what is offered."""
        agent_id = await self._agent(call.path["id"])
        interaction = await self._with.assignments.reject(call.path["interaction"], agent_id)
        await self._rejected(interaction, agent_id)
        await self._serve([agent_id], interaction.correlation_id)
        return interaction

    async def _withdraw_offers(self, agent_id: str) -> None:
        """Have what is offered to an agent who has gone offered to somebody else at once."""
        for entry in await self._with.agent_queues.entries(agent_id):
            if entry.kind is EntryKind.OFFER:
                with suppress(Conflict, NotFound):  # answered or over meanwhile
                    withdrawn = await self._with.assignments.reject(
                        entry.interaction_id, agent_id, OfferOutcome.WITHDRAWN
                    )
                    await self._rejected(withdrawn, agent_id)

    async def _rejected(self, interaction: Interaction, agent_id: str) -> None:
        event = OfferRejected(
            **self._about(interaction), interaction_id=interaction.id, agent_id=agent_id, round=interaction.round
        )
        await follow(self._with.outbox.events([event]), interaction.correlation_id)

    async def _serve(self, agents: Collection[str], correlation_id: str) -> None:
        """Have these agents offered what waits for them."""
        if targets := self._with.configuration_cache.current.targets_of(agents):
            await follow(self._with.outbox.serve(targets, correlation_id), correlation_id)

    async def _agent(self, agent_id: str) -> str:
        if await self._with.configuration_store.get(Agent, agent_id) is None:
            raise NotFound(f"there is no agent {agent_id}")
        return agent_id

    def _about(self, interaction: Interaction) -> dict[str, Any]:
        return {
            "event_id": new_id(),
            "correlation_id": interaction.correlation_id,
            "account_id": interaction.account_id,
            "contact_key": interaction.contact_key,
            "received_at": self._with.clock(),
        }


async def follow(publishing: Awaitable[None], correlation_id: str) -> None:
    """Publish what follows from a click that has taken effect; if the broker is away, the clock sees to it later."""
    try:
        await publishing
    except Unavailable as error:
        log.warning("console.not_published", correlation_id=correlation_id, reason=str(error))


def agent_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of agents at work."""
    api, agent = AgentApi(dependencies), "/api/agents/{id}"
    offer, missing = f"{agent}/queue/{{interaction}}", (HTTPStatus.NOT_FOUND,)
    answers = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
    yield Route(
        method="GET",
        path=f"{agent}/state",
        handler=api.state,
        access=READING,
        summary="What the agent is doing",
        tag=_TAG,
        response=Presence,
        errors=missing,
    )
    yield Route(
        method="PUT",
        path=f"{agent}/state",
        handler=api.set_state,
        access=WORKING,
        summary="Make the agent available, paused or offline",
        tag=_TAG,
        request=StateInput,
        response=Presence,
        errors=missing,
    )
    yield Route(
        method="GET",
        path=f"{agent}/queue",
        handler=api.queue,
        access=READING,
        summary="What the agent has in front of them, in the order to be worked",
        tag=_TAG,
        response=AgentQueue,
        errors=missing,
    )
    yield Route(
        method="POST",
        path=f"{offer}/accept",
        handler=api.accept,
        access=WORKING,
        summary="Take an offered interaction",
        tag=_TAG,
        response=Interaction,
        errors=answers,
    )
    yield Route(
        method="POST",
        path=f"{offer}/reject",
        handler=api.reject,
        access=WORKING,
        summary="Refuse an offered interaction",
        tag=_TAG,
        response=Interaction,
        errors=answers,
    )
