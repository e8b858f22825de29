"""Dead letters sent back where they came from, and what may be shown of them.

Whatever is sent back may have taken effect meanwhile: every stage recognises that, so it does no harm to send it twice.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from contracts.commands import COMMANDS, ERRAND, SEND_COMMANDS, Command, Deliver
from contracts.deadletters import DeadLetter, KeptLetter, LetterState
from contracts.errors import Conflict, NotFound
from contracts.events import EVENTS
from runtime.clock import Clock
from runtime.publishing import Outbox
from runtime.store.deadletters import DeadLetterStore

AT_THE_DOOR = (
    "a webhook, or an item of one, that could not be read: it cannot be processed again, for only the provider can "
    "send it anew"
)
SHOWN = ("type", "event_id", "account_id", "contact_key", "interaction_id", "target", "received_at", "message_id")
_HEAD = re.compile(r"[\w.]+")


class DeadLetters:
    """What people do about dead letters."""

    def __init__(self, store: DeadLetterStore, outbox: Outbox, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._ways: Mapping[str, Callable[[str], Awaitable[None]]] = {
            "router": lambda body: outbox.events_again(_read(EVENTS, body)),
            "worker": lambda body: outbox.commands([(_key(command), command) for command in _read(COMMANDS, body)]),
            "sender": lambda body: outbox.send(_read(SEND_COMMANDS, body)),
            "errands": lambda body: outbox.errands([_read(ERRAND, body)]),
            "dead_letters": lambda body: outbox.park([_read(TypeAdapter(DeadLetter), body)]),
        }

    async def retry(self, letter_id: str, by: str) -> KeptLetter:
        """Send a letter back where it came from; the letter as it stands then. One that was sent back stays as it is.

        Raises:
            NotFound: there is no such letter.
            Conflict: it was discarded, or it cannot be processed however often it is tried.
            Unavailable: broker or database is away.
        """
        letter = await self._existing(letter_id)
        if letter.state is LetterState.RETRIED:
            return letter
        if letter.state is LetterState.DISCARDED:
            raise Conflict(f"{letter_id} was discarded by {letter.discarded_by or 'somebody'}")
        way = self._ways.get(letter.stage)
        if way is None:
            raise Conflict(f"{letter_id} is {AT_THE_DOOR}")
        # First sent, then noted: a crash in between has it sent twice, which changes nothing.
        await way(text_of(letter))
        await self._store.retried([letter], by, self._clock())
        return await self._existing(letter_id)

    async def discard(self, letter_id: str, by: str, note: str = "") -> KeptLetter:
        """Give a letter up; who did so, when and why stays on record. Done again it changes nothing.

        Raises:
            NotFound: there is no such letter.
            Conflict: it was sent back; if that fails, it is open again.
            Unavailable: the database is away.
        """
        discarded = await self._store.discard(letter_id, by, note, self._clock())
        letter = discarded or await self._existing(letter_id)
        if letter.state is not LetterState.DISCARDED:
            raise Conflict(f"{letter_id} was sent back by {letter.retried_by or 'somebody'}: it is not open")
        return letter

    async def _existing(self, letter_id: str) -> KeptLetter:
        letter = await self._store.get(letter_id)
        if letter is None:
            raise NotFound(f"there is no dead letter {letter_id}")
        return letter


def text_of(letter: DeadLetter) -> str:
    """The body as its stage takes it: a bundle, or for errands the one command."""
    if isinstance(letter.body, str):
        body = letter.body
        return f"[{body}]" if body.lstrip().startswith("{") and letter.stage in {"router", "worker", "sender"} else body
    encoded = orjson.dumps(letter.body).decode()
    return f"[{encoded}]" if letter.stage in {"router", "worker", "sender"} else encoded


def discreet(letter: KeptLetter) -> KeptLetter:
    """The letter without anything that a customer may have written: of its body what it is about, of the stack the
    places alone, for the words of an exception may repeat a value."""
    return letter.model_copy(update={"body": about(letter.body), "trace": places_of(letter.trace)})


def about(body: dict[str, Any] | str) -> dict[str, Any]:
    """What a body is about, without what it says."""
    try:
        read = orjson.loads(body) if isinstance(body, str) else body
    except orjson.JSONDecodeError:
        read = None
    items = [item for item in (read if isinstance(read, list) else [read]) if isinstance(item, dict)]
    known = [{name: item[name] for name in SHOWN if name in item} for item in items]
    size = len(body) if isinstance(body, str) else len(orjson.dumps(body))
    return {"characters": size, **(known[0] if len(known) == 1 else {"items": known} if any(known) else {})}


def places_of(trace: str) -> str:
    """The places of a stack and the kinds of its exceptions."""
    kept: list[str] = []
    lines = trace.splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        place = line.lstrip().startswith('File "')
        code = before.lstrip().startswith('File "') and line.startswith("    ")
        if place or code or line.startswith("Traceback"):
            kept.append(line)
        elif line and not line[0].isspace() and (head := _HEAD.match(line)):
            kept.append(head[0])
    return "\n".join(kept)


def _key(command: Command) -> str:
    """Deliveries need no order, so any key will do for them."""
    return command.interaction_id if isinstance(command, Deliver) else command.target


def _read(adapter: TypeAdapter[Any], body: str) -> Any:  # noqa: ANN401 - what the adapter makes, one for each stage
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise Conflict(f"its body still cannot be read: {place}: {fault['msg']}") from error
