"""Looking at what goes on: interactions, their messages and traces, and what waits."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from console.dependencies import ConsoleDependencies
from console.resources import Limit, Paged
from contracts.base import Count, Value
from contracts.commands import queue_target
from contracts.errors import ConfigurationFault, NotFound
from contracts.interactions import Interaction, InteractionState, RoutingTrace, Window, window_of
from contracts.queues import Queue
from contracts.stored import Note, StoredMessage
from runtime.http import Call, Nothing, Route

_TAG = "interactions"
Text = Annotated[str | None, Field(max_length=200)]


class InteractionQuery(Value):
    """Which interactions: of an account, in a state, last routed to a queue, with a contact (its key: `%2B39...`).

    `unmanaged`: those that nobody has accepted, and any agent of their account may pick up.
    """

    account: Text = None
    state: InteractionState | None = None
    queue: Text = None
    contact: Text = None
    unmanaged: bool | None = None
    limit: Limit = 50
    cursor: Text = None


class MessageQuery(Value):
    """Which part of a message log: after the message with this number."""

    limit: Limit = 100
    cursor: Count = 0


class WaitingQuery(Value):
    """How many at most."""

    limit: Limit = 100


class InteractionView(Interaction):
    """An interaction, and whether its customer may be written to freely now."""

    window: Window


class Messages(Value):
    """A part of a message log; `cursor` asks for the next one, and is null at its end.

    `notes` were written between these messages: each behind the one whose number it names in `after`.
    """

    items: tuple[StoredMessage, ...]
    notes: tuple[Note, ...] = ()
    cursor: int | None = None


class Traces(Value):
    """Every walk of an interaction, in order."""

    items: tuple[RoutingTrace, ...]


class Waiting(Value):
    """What waits for a queue, the longest first."""

    items: tuple[Interaction, ...]


class InteractionApi:
    """The operations on interactions; all of them read."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._outbound = dependencies.outbound
        self._clock = dependencies.clock
        self._interactions = dependencies.interactions
        self._notes = dependencies.notes
        self._configuration = dependencies.configuration_store

    async def list(self, call: Call[Nothing, InteractionQuery]) -> Paged[Interaction]:
        """A page, the latest opened first."""
        query = call.query
        after = await self._interactions.get(query.cursor) if query.cursor else None
        if query.cursor and after is None:
            raise ConfigurationFault("cursor", "is not one that a page of this list gave")
        found = await self._interactions.find(
            account_id=query.account,
            state=query.state,
            queue_id=query.queue,
            contact_key=query.contact,
            unmanaged=query.unmanaged,
            limit=query.limit + 1,
            after=after,
        )
        shown = tuple(found[: query.limit])
        return Paged[Interaction](items=shown, cursor=shown[-1].id if len(found) > len(shown) else None)

    async def read(self, call: Call[Nothing, Nothing]) -> InteractionView:
        """One interaction."""
        interaction = await self._interactions.get(call.path["id"])
        if interaction is None:
            raise NotFound(f"there is no interaction {call.path['id']}")
        window = window_of(await self._outbound.last_inbound_at(interaction), self._clock())
        return InteractionView.model_validate({**dict(interaction), "window": window})

    async def messages(self, call: Call[Nothing, MessageQuery]) -> Messages:
        """A part of the message log, in order, and the notes that belong there."""
        interaction_id = await self._existing(call.path["id"])
        limit, after = call.query.limit, call.query.cursor
        found = await self._interactions.messages(interaction_id, limit + 1, after)
        shown = tuple(found[:limit])
        cursor = shown[-1].sequence if len(found) > len(shown) else None
        notes = await self._notes.of(interaction_id, after, cursor)
        return Messages(items=shown, notes=tuple(notes), cursor=cursor)

    async def traces(self, call: Call[Nothing, Nothing]) -> Traces:
        """Every walk of the action list, in order."""
        interaction_id = await self._existing(call.path["id"])
        return Traces(items=tuple(await self._interactions.traces(interaction_id)))

    async def waiting(self, call: Call[Nothing, WaitingQuery]) -> Waiting:
        """What waits for a queue."""
        if await self._configuration.get(Queue, call.path["id"]) is None:
            raise NotFound(f"there is no queue {call.path['id']}")
        found = await self._interactions.waiting(queue_target(call.path["id"]), call.query.limit)
        return Waiting(items=tuple(found))

    async def _existing(self, interaction_id: str) -> str:
        if await self._interactions.get(interaction_id) is None:
            raise NotFound(f"there is no interaction {interaction_id}")
        return interaction_id


def interaction_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of interactions."""
    api, one, missing = InteractionApi(dependencies), "/api/interactions/{id}", (HTTPStatus.NOT_FOUND,)
    yield Route(
        method="GET",
        path="/api/interactions",
        handler=api.list,
        summary="List interactions, the latest opened first",
        tag=_TAG,
        query=InteractionQuery,
        response=Paged[Interaction],
    )
    yield Route(
        method="GET",
        path=one,
        handler=api.read,
        summary="Read an interaction",
        tag=_TAG,
        response=InteractionView,
        errors=missing,
    )
    yield Route(
        method="GET",
        path=f"{one}/messages",
        handler=api.messages,
        summary="Read an interaction's messages, in order",
        tag=_TAG,
        query=MessageQuery,
        response=Messages,
        errors=missing,
    )
    yield Route(
        method="GET",
        path=f"{one}/trace",
        handler=api.traces,
        summary="Read how an interaction was routed, and why",
        tag=_TAG,
        response=Traces,
        errors=missing,
    )
    yield Route(
        method="GET",
        path="/api/queues/{id}/waiting",
        handler=api.waiting,
        summary="List what waits for a queue, the longest first",
        tag=_TAG,
        query=WaitingQuery,
        response=Waiting,
        errors=missing,
    )
