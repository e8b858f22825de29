"""What is written on an interaction without changing whose it is: tags, internal notes, and the mark to come back."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from console.clicks import ActorQuery, Clicks, owned
from console.dependencies import ConsoleDependencies
from contracts.access import WORKING
from contracts.base import Value, new_id
from contracts.errors import ConfigurationFault, Conflict
from contracts.interactions import Interaction, InteractionState
from contracts.stored import Note
from runtime.http import Call, Nothing, Route

_TAG = "interactions"
MOST_TAGS = 100
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class TagsInput(Value):
    """Tags to add and to take away; none may be both."""

    add: Annotated[tuple[Tag, ...], Field(max_length=MOST_TAGS)] = ()
    remove: Annotated[tuple[Tag, ...], Field(max_length=MOST_TAGS)] = ()

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if set(self.add) & set(self.remove):
            raise ValueError("a tag cannot be added and removed at once")
        return self


class NoteInput(Value):
    """What colleagues should know; the customer never sees it."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4096)]


class MarkApi:
    """The operations on what is written on interactions."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._with = dependencies
        self._clicks = Clicks(dependencies)

    async def tag(self, call: Call[TagsInput, ActorQuery]) -> Interaction:
        """Add and remove tags."""
        await self._clicks.involved(call.path["id"], call.query.agent)
        add, remove = call.body.add, set(call.body.remove)

        def step(one: Interaction) -> Interaction:
            tags = tuple(tag for tag in dict.fromkeys((*one.tags, *add)) if tag not in remove)
            if len(tags) > MOST_TAGS:
                raise ConfigurationFault("add", f"an interaction has at most {MOST_TAGS} tags")
            return one.model_copy(update={"tags": tags})

        return (await self._with.lifecycle.change(call.path["id"], step)).interaction

    async def note(self, call: Call[NoteInput, ActorQuery]) -> Note:
        """Write a note behind the last message."""
        interaction = await self._clicks.involved(call.path["id"], call.query.agent)
        note = Note(
            id=new_id(),
            interaction_id=interaction.id,
            author=call.query.agent,
            text=call.body.text,
            at=self._with.clock(),
            after=interaction.sequence,
        )
        await self._with.notes.add(note)
        return note

    async def unread(self, call: Call[Nothing, ActorQuery]) -> Interaction:
        """Mark an interaction, to come back to it; reading takes the mark away."""

        def step(one: Interaction) -> Interaction:
            owned(one, call.query.agent)
            if one.state is not InteractionState.ASSIGNED:
                raise Conflict(f"the interaction is {one.state}: only one that somebody has is marked")
            return one.model_copy(update={"unread_mark": True})

        return (await self._with.lifecycle.change(call.path["id"], step)).interaction


def mark_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of tags, notes and marks."""
    api, one = MarkApi(dependencies), "/api/interactions/{id}"
    refusals = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
    yield Route(
        method="POST",
        path=f"{one}/tags",
        handler=api.tag,
        access=WORKING,
        summary="Add and remove tags",
        tag=_TAG,
        request=TagsInput,
        query=ActorQuery,
        response=Interaction,
        errors=refusals,
    )
    yield Route(
        method="POST",
        path=f"{one}/notes",
        handler=api.note,
        access=WORKING,
        summary="Write an internal note",
        tag=_TAG,
        request=NoteInput,
        query=ActorQuery,
        response=Note,
        status=HTTPStatus.CREATED,
        errors=refusals,
    )
    yield Route(
        method="POST",
        path=f"{one}/unread",
        handler=api.unread,
        access=WORKING,
        summary="Mark as unread, to come back to it",
        tag=_TAG,
        query=ActorQuery,
        response=Interaction,
        errors=refusals,
    )
