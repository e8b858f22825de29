"""Automatic replies: whether an entry replies now, and with which words."""

from collections.abc import Callable, Mapping
from datetime import datetime

from contracts.actions import AutoReplyAction
from contracts.interactions import window_of
from router.engine.conditions import PROVIDERS, Facts
from router.engine.draft import Draft
from router.engine.values import SendReply
from runtime.conditions import Failed
from runtime.templates import Template

LONGEST = 4096
"""What WhatsApp takes as one text."""
SHOWN = 200


def reply(draft: Draft, facts: Facts, position: int, entry: AutoReplyAction) -> None:
    """Have the entry reply, unless something speaks against it."""
    if why := _withheld(draft, position, entry):
        draft.note(position, entry.action, "skipped", why)
        return
    template = facts.compiled.templates[position]
    if isinstance(template, Failed):
        draft.note(position, entry.action, "failed", template.reason)
        return
    text = said(template, facts)
    if not text.strip():
        draft.note(position, entry.action, "skipped", "nothing to say")
        return
    _send(draft, position, text)


def _withheld(draft: Draft, position: int, entry: AutoReplyAction) -> str | None:
    """Why the entry does not reply."""
    interaction = draft.interaction
    if not window_of(interaction.last_message_at, draft.now).open:
        return "the customer's last message is more than 24 hours ago"
    if entry.times == "always":
        return "replied to this already" if draft.has_replied(position) else None
    if entry.times == "first_message" and interaction.message_count > 1:
        return "not the first message"
    return "replied before" if position in interaction.replied else None


def _send(draft: Draft, position: int, text: str) -> None:
    interaction = draft.interaction
    sequence = interaction.sequence + 1
    draft.change(
        sequence=sequence,
        replied=tuple(sorted({*interaction.replied, position})),
        first_outbound_at=interaction.first_outbound_at or draft.now,
        last_outbound_at=draft.now,
    )
    draft.emit(SendReply(position, sequence, text))
    draft.note(position, "AutoReply", "sent", text[:SHOWN])


def said(template: Template, facts: Facts) -> str:
    """The words of a template, cut to what one message holds."""
    return template.render(lambda name: _value(name, facts))[:LONGEST]


def _value(name: str, facts: Facts) -> object:
    variable, field, *attribute = name.split(".", 2)
    if variable == "now":
        return TIMES[field](facts.now)
    value = PROVIDERS[variable][field](facts)
    return value.get(attribute[0]) if attribute else value


TIMES: Mapping[str, Callable[[datetime], str]] = {
    "date": lambda now: now.strftime("%Y-%m-%d"),
    "time": lambda now: now.strftime("%H:%M"),
}
