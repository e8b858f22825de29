"""Dead letters: looked at, sent back where they came from, or given up.

What a customer wrote is shown only to who asks for it (`with_text`).
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from console.dependencies import ConsoleDependencies
from console.moments import cursor_of, place_of
from console.resources import Limit, Paged
from contracts.access import INSPECTING, OPERATING
from contracts.base import Instant, Value
from contracts.deadletters import KeptLetter, LetterState
from contracts.errors import NotFound
from runtime.deadletters import DeadLetters, discreet
from runtime.http import Call, Nothing, Route
from runtime.logging import get_logger
from runtime.store.deadletters import LetterQuery

log = get_logger(__name__)

_TAG = "dead letters"
Text = Annotated[str | None, Field(max_length=200)]


class DeadLetterQuery(Value):
    """Which dead letters: of a stage, of an account, with these words in the reason, in a state, of a time."""

    stage: Text = None
    account: Text = None
    reason: Text = None
    state: LetterState | None = None
    since: Instant | None = None
    until: Instant | None = None
    with_text: bool = False
    limit: Limit = 50
    cursor: Annotated[str | None, Field(max_length=200)] = None


class TextQuery(Value):
    """Whether what a customer may have written is to be shown."""

    with_text: bool = False


class RetryInput(Value):
    """Who sends a letter back; who calls, if nobody is named."""

    by: Annotated[str, Field(max_length=200)] = ""


class DiscardInput(RetryInput):
    """Who gives a letter up, and why."""

    note: Annotated[str, Field(max_length=500)] = ""


class DeadLetterApi:
    """The operations on dead letters."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._store = dependencies.dead_letters
        self._letters = DeadLetters(dependencies.dead_letters, dependencies.outbox, dependencies.clock)

    async def list(self, call: Call[Nothing, DeadLetterQuery]) -> Paged[KeptLetter]:
        """A page, the latest first."""
        asked = call.query
        query = LetterQuery(asked.stage, asked.account, asked.reason, asked.state, asked.since, asked.until)
        found = await self._store.find(asked.limit + 1, query, place_of(asked.cursor))
        page = found[: asked.limit]
        shown = tuple(letter if asked.with_text else discreet(letter) for letter in page)
        return Paged[KeptLetter](
            items=shown, cursor=cursor_of(page[-1].at, page[-1].id) if len(found) > len(page) else None
        )

    async def read(self, call: Call[Nothing, TextQuery]) -> KeptLetter:
        """One dead letter."""
        letter = await self._store.get(call.path["id"])
        if letter is None:
            raise NotFound(f"there is no dead letter {call.path['id']}")
        return letter if call.query.with_text else discreet(letter)

    async def retry(self, call: Call[RetryInput, Nothing]) -> KeptLetter:
        """Send a letter back where it came from."""
        letter = await self._letters.retry(call.path["id"], call.body.by or call.principal.name)
        log.info("dead_letter.retried", id=letter.id, stage=letter.stage, retries=letter.retries, by=letter.retried_by)
        return discreet(letter)

    async def discard(self, call: Call[DiscardInput, Nothing]) -> KeptLetter:
        """Give a letter up."""
        letter = await self._letters.discard(call.path["id"], call.body.by or call.principal.name, call.body.note)
        log.info("dead_letter.discarded", id=letter.id, stage=letter.stage, by=letter.discarded_by)
        return discreet(letter)


def dead_letter_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of dead letters."""
    api, one = DeadLetterApi(dependencies), "/api/dead-letters/{id}"
    yield Route(
        method="GET",
        path="/api/dead-letters",
        handler=api.list,
        access=INSPECTING,
        summary="List what could not be processed, the latest first",
        tag=_TAG,
        query=DeadLetterQuery,
        response=Paged[KeptLetter],
    )
    yield Route(
        method="GET",
        path=one,
        handler=api.read,
        access=INSPECTING,
        summary="Read a dead letter",
        tag=_TAG,
        query=TextQuery,
        response=KeptLetter,
        errors=(HTTPStatus.NOT_FOUND,),
    )
    yield Route(
        method="POST",
        path=f"{one}/retry",
        handler=api.retry,
        access=OPERATING,
        audited="retried",
        summary="Send a dead letter back where it came from; one that was sent back already stays as it is",
        tag=_TAG,
        request=RetryInput,
        response=KeptLetter,
        errors=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    )
    yield Route(
        method="POST",
        path=f"{one}/discard",
        handler=api.discard,
        access=OPERATING,
        audited="discarded",
        summary="Give a dead letter up; who did, when and why stays on record",
        tag=_TAG,
        request=DiscardInput,
        response=KeptLetter,
        errors=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    )
