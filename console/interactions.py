"""Looking at what goes on: interactions, their messages and traces, and what waits."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from console.access_sight import Eyes
from console.dependencies import ConsoleDependencies
from console.resources import Limit, Paged
from contracts.access import OVERSEEING, READING, Sight
from contracts.base import Count, Id, Instant, Value
from contracts.commands import queue_target
from contracts.errors import NotFound
from contracts.interactions import Interaction, InteractionState, RoutingTrace, Window, window_of
from contracts.queues import Queue
from contracts.stored import Note, StoredMessage
from runtime.http import Call, Nothing, Route
from runtime.store.interaction_lists import InteractionFilter, Order, Page

_TAG = "interactions"
Text = Annotated[str | None, Field(max_length=200)]
Split = BeforeValidator(lambda given: tuple(given.split(",")) if isinstance(given, str) else given)
Several = Annotated[tuple[Id, ...], Split, Field(max_length=100)]


class InteractionQuery(Value):
    """Which interactions: all that match every field that is given.

    `account`, `state` and `queue` take several values with commas between. `contact` is a customer's key (`%2B39...`),
    `contact_id` the id of a contact, which has those of the contacts that were merged into it as well. `unmanaged`:
    those that nobody has accepted, and any agent of their account may pick up. `open`: not closed. `since` and `until`
    are about when they were opened. `sort` by `opened` or, with no filter but `account`, by `closed`; a minus before it
    turns the order round.
    """

    account: Several = ()
    state: Annotated[tuple[InteractionState, ...], Split] = ()
    queue: Several = ()
    contact: Text = None
    contact_id: Text = None
    owner: Text = None
    tag: Text = None
    unmanaged: bool | None = None
    open: bool | None = None
    since: Instant | None = None
    until: Instant | None = None
    sort: Literal["opened", "-opened", "closed", "-closed"] = "-opened"
    limit: Limit = 50
    cursor: Text = None

    def filter(self, sight: Sight | None) -> InteractionFilter:
        """The filter that it stands for, of what somebody sees."""
        return InteractionFilter(
            accounts=self.account,
            states=self.state,
            queues=self.queue,
            contact_key=self.contact,
            contact_id=self.contact_id,
            owner=self.owner,
            tag=self.tag,
            unmanaged=self.unmanaged,
            is_open=self.open,
            since=self.since,
            until=self.until,
            sight=sight,
        )

    def page(self) -> Page:
        """The page that it stands for."""
        descending, order = self.sort.startswith("-"), Order(self.sort.removeprefix("-"))
        return Page(order=order, descending=descending, limit=self.limit, cursor=self.cursor)


class MessageQuery(Value):
    """Which part of a message log: after the message with the number `cursor`, or before the one with `before`.

    With `before`, and with `latest`, the log is read backwards: `cursor` in the answer is the next `before`.
    """

    limit: Limit = 100
    cursor: Count = 0
    before: Count | None = None
    latest: bool = False


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
        self._eyes = Eyes(dependencies)
        self._outbound = dependencies.outbound
        self._clock = dependencies.clock
        self._interactions = dependencies.interactions
        self._lists = dependencies.interaction_lists
        self._notes = dependencies.notes
        self._configuration = dependencies.configuration_store

    async def list(self, call: Call[Nothing, InteractionQuery]) -> Paged[Interaction]:
        """A page."""
        wanted = call.query.filter(self._eyes.sight(call.principal))
        shown, cursor = await self._lists.page(wanted, call.query.page())
        return Paged[Interaction](items=tuple(shown), cursor=cursor)

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
        if call.query.latest or call.query.before is not None:
            return await self._backwards(interaction_id, call.query)
        limit, after = call.query.limit, call.query.cursor
        found = await self._interactions.messages(interaction_id, limit + 1, after)
        shown = tuple(found[:limit])
        cursor = shown[-1].sequence if len(found) > len(shown) else None
        notes = await self._notes.of(interaction_id, after, cursor)
        return Messages(items=shown, notes=tuple(notes), cursor=cursor)

    async def _backwards(self, interaction_id: str, query: MessageQuery) -> Messages:
        """The last messages before a number, in order all the same; notes behind the first belong to them."""
        found = await self._interactions.messages_before(interaction_id, query.limit + 1, query.before)
        shown = tuple(found[-query.limit :])
        cursor = shown[0].sequence if len(found) > len(shown) else None
        notes = await self._notes.of(interaction_id, cursor or 0, query.before)
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
        access=READING,
        summary="List interactions, the latest opened first",
        tag=_TAG,
        query=InteractionQuery,
        response=Paged[Interaction],
    )
    yield Route(
        method="GET",
        path=one,
        handler=api.read,
        access=READING,
        summary="Read an interaction",
        tag=_TAG,
        response=InteractionView,
        errors=missing,
    )
    yield Route(
        method="GET",
        path=f"{one}/messages",
        handler=api.messages,
        access=READING,
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
        access=OVERSEEING,
        summary="Read how an interaction was routed, and why",
        tag=_TAG,
        response=Traces,
        errors=missing,
    )
    yield Route(
        method="GET",
        path="/api/queues/{id}/waiting",
        handler=api.waiting,
        access=READING,
        summary="List what waits for a queue, the longest first",
        tag=_TAG,
        query=WaitingQuery,
        response=Waiting,
        errors=missing,
    )
