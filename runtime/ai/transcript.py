"""What an interaction's messages look like to a tool: who spoke, and the words. Files, places and cards are named by
their kind alone. Pure.
"""

from collections.abc import Sequence
from typing import TypedDict

from contracts.content import System, text_of
from contracts.messages import DeliveryState
from contracts.outbound import words_of
from contracts.stored import StoredMessage
from runtime.ai.masking import Mask

MOST_CHARACTERS = 1000
"""Of one message."""
MOST_IN_ALL = 16_000
AUTOMATIC = "action:"
BY_KIND = frozenset({"contacts", "location", "template"})
"""Cards are of other people, a place says where somebody is, and a template's words are not known here."""

Line = TypedDict("Line", {"from": str, "text": str})


def transcript(messages: Sequence[StoredMessage], mask: Mask) -> list[Line]:
    """The lines of a conversation, the oldest first; of one that is too long, the end."""
    lines = [line for message in messages if (line := _line(message, mask)) is not None]
    surplus = sum(len(line["text"]) for line in lines) - MOST_IN_ALL
    first = 0
    while surplus > 0:
        surplus -= len(lines[first]["text"])
        first += 1
    return lines[first:]


def _line(message: StoredMessage, mask: Mask) -> Line | None:
    """The line of a message; None for what the customer did not get, and what nobody said."""
    if message.state is DeliveryState.FAILED or isinstance(message.content, System):
        return None
    text = _words(message)
    # Cut after it was hidden: half a number would not be known for one.
    return {"from": _speaker(message), "text": mask.hide(text)[:MOST_CHARACTERS]} if text else None


def _words(message: StoredMessage) -> str:
    if message.sending is not None:
        return _named(message.sending.kind, words_of(message.sending))
    return _named(message.content.kind, text_of(message.content)) if message.content is not None else ""


def _named(kind: str, words: str) -> str:
    return words if words and kind not in BY_KIND else f"({kind})"


def _speaker(message: StoredMessage) -> str:
    if message.direction == "inbound":
        return "customer"
    return "automatic reply" if (message.author or "").startswith(AUTOMATIC) else "agent"
