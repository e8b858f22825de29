"""The values that conditions read, made from what a decision knows (domain, section 5).

Only what a condition names is made: turning Python's values into the library's is most of an evaluation's cost.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from contracts.base import number_of
from contracts.content import Media, payload_of, text_of
from contracts.interactions import Interaction
from contracts.messages import InboundMessage
from router.engine.configuration import CompiledAccount, RoutingConfiguration
from router.engine.intervals import inside
from router.engine.values import ConversationState
from runtime.conditions import Condition, Failed


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at one entry of a walk; `now` is in the account's time zone."""

    compiled: CompiledAccount
    configuration: RoutingConfiguration
    state: ConversationState
    message: InboundMessage | None
    interaction: Interaction
    now: datetime

    def interval(self, name: str) -> bool | None:
        """Whether it is inside this interval now."""
        interval = self.compiled.intervals.get(name)
        return None if interval is None else inside(interval, self.now)


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment in a time zone, with a fixed offset: the CEL library takes no `ZoneInfo`."""
    there = moment.astimezone(zone)
    return there.astimezone(timezone(there.utcoffset() or timedelta()))


def evaluate(condition: Condition, facts: Facts) -> bool | Failed:
    """Whether the condition holds."""
    if facts.message is None and "message" in condition.variables:
        return Failed("there is no message to look at")
    values: dict[str, Any] = {"interval": facts.interval}
    for variable, field in condition.paths:
        if variable == "now":
            values["now"] = facts.now
        elif variable == "queue":
            values["queue"] = {name: figures._asdict() for name, figures in facts.state.queues.items()}
        else:
            fields = PROVIDERS[variable]
            wanted = fields if field is None else (field,)
            values.setdefault(variable, {}).update({name: fields[name](facts) for name in wanted})
    return condition.evaluate(values)


def _media(message: InboundMessage) -> dict[str, Any] | None:
    return message.content.model_dump() if isinstance(message.content, Media) else None


def _context(message: InboundMessage) -> dict[str, Any] | None:
    return message.context.model_dump() if message.context else None


def _sent_at(facts: Facts) -> datetime | None:
    return None if facts.message is None else local(facts.message.sent_at, facts.compiled.zone)


def _number(facts: Facts) -> str | None:
    contact = facts.state.contact
    return contact.number if contact else number_of(facts.interaction.contact_key)


def _lists(facts: Facts) -> list[str]:
    lists = facts.configuration.configuration.lists
    return sorted(lists[list_id].name for list_id in facts.state.lists if list_id in lists)


Provider = Callable[[Facts], Any]


def _of_message(read: Callable[[InboundMessage], Any]) -> Provider:
    return lambda facts: facts.message and read(facts.message)


PROVIDERS: Mapping[str, Mapping[str, Provider]] = {
    "message": {
        "text": _of_message(lambda message: text_of(message.content)),
        "type": _of_message(lambda message: message.content.kind),
        "payload": _of_message(lambda message: payload_of(message.content)),
        "media": _of_message(_media),
        "context": _of_message(_context),
        "is_first": lambda facts: facts.interaction.message_count == 1,
        "timestamp": _sent_at,
    },
    "contact": {
        "id": lambda facts: facts.interaction.contact_id,
        "number": _number,
        "name": lambda facts: facts.interaction.contact_name,
        "tags": lambda facts: facts.state.contact.tags if facts.state.contact else (),
        "attributes": lambda facts: facts.state.contact.attributes if facts.state.contact else {},
        "lists": _lists,
    },
    "account": {
        "key": lambda facts: facts.compiled.account.key,
        "name": lambda facts: facts.compiled.account.name,
        "attributes": lambda facts: facts.compiled.account.attributes,
    },
    "interaction": {
        "id": lambda facts: facts.interaction.id,
        "tags": lambda facts: facts.interaction.tags,
        "attributes": lambda facts: facts.interaction.attributes,
        "opened": lambda facts: local(facts.interaction.opened_at, facts.compiled.zone),
        "message_count": lambda facts: facts.interaction.message_count,
        "previous_agent": lambda facts: facts.interaction.previous_agent,
    },
}
"""How each field of each variable is had from the facts; `runtime.conditions.vocabulary` names them all."""
