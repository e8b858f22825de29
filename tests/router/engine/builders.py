"""A small world for the engine's tests: two queues, two agents, some intervals, lists and whitelists."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from pydantic import TypeAdapter

from contracts.accounts import Account
from contracts.configuration import Configuration
from contracts.contacts import Contact, ContactList
from contracts.content import Content, Text
from contracts.events import DeadlineReached, MessageReceived, OfferAccepted, OfferRejected, WebhookAnswered
from contracts.interactions import Interaction
from contracts.intervals import Interval, Span
from contracts.messages import InboundMessage
from contracts.queues import Agent, Queue
from contracts.whitelists import ListRule, NumberRule, PrefixRule, Rule, Whitelist, rule_id, rules_naming
from router.engine import RoutingConfiguration

NOW = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)
SENDER = "393331234567"
CONTENT: TypeAdapter[Content] = TypeAdapter(Content)
RULES: dict[str, Rule] = {
    "it": PrefixRule(prefix="+39"),
    "one": NumberRule(number="+14155550100"),
    "members": ListRule(list_id="gold"),
}
"""The rule of each whitelist that has one; they are stored elsewhere, and looked up by the shell."""


def whitelists_of(sender: str, lists: Collection[str] = ()) -> frozenset[str]:
    """The whitelists that name a sender who is in these contact lists, as the shell finds them."""
    names = {*rules_naming(sender), *(rule_id(ListRule(list_id=one)) for one in lists)}
    return frozenset(key for key, rule in RULES.items() if rule_id(rule) in names)


def account(actions: Sequence[Mapping[str, object]] = (), **fields: object) -> Account:
    """The account `acc` with this action list."""
    base = {"id": "acc", "name": "Acme", "key": "ACME", "list_id": "l", "type": "meta", "phone": "+390123456789"}
    return Account.model_validate({**base, "actions": actions, **fields})


def world(*accounts: Account, **fields: object) -> Configuration:
    """The configuration that these accounts live in."""
    weekdays = frozenset(range(5))
    intervals = (
        Interval(id="office", name="Office hours", spans=(Span(start=time(9), end=time(17, 59), weekdays=weekdays),)),
        Interval(id="lunch", name="Lunch", spans=(Span(start=time(12), end=time(12, 59)),)),
        Interval(id="xmas", name="Christmas", spans=(Span(days=frozenset({25, 26}), months=frozenset({12})),)),
        Interval(id="night", name="Night", spans=(Span(start=time(20)), Span(end=time(8, 30)))),
    )
    whitelists = (
        Whitelist(id="it", name="Italy", rules_key="it"),
        Whitelist(id="one", name="One", rules_key="one"),
        Whitelist(id="members", name="Members", rules_key="members"),
        Whitelist(id="nobody", name="Nobody", rules_key="nobody"),
    )
    queues = (
        Queue(id="sales", name="Sales"),
        Queue(id="support", name="Support"),
        Queue(id="desk", name="Desk", skip_without_agents=True),
    )
    values: dict[str, Any] = {
        "version": 7,
        "accounts": {one.id: one for one in accounts},
        "whitelists": {one.id: one for one in whitelists},
        "queues": {one.id: one for one in queues},
        "agents": {"anna": Agent(id="anna", name="Anna"), "bruno": Agent(id="bruno", name="Bruno")},
        "lists": {"gold": ContactList(id="gold", name="Gold"), "l": ContactList(id="l", name="Everybody")},
        "intervals": {one.id: one for one in intervals},
    }
    return Configuration(**{**values, **fields})


def routing(actions: Sequence[Mapping[str, object]] = (), **fields: object) -> RoutingConfiguration:
    """The compiled configuration with only the account `acc`."""
    return RoutingConfiguration(world(account(actions, **fields)))


def message(content: Content | str = "Hello", profile_name: str = "Ada", at: datetime = NOW) -> InboundMessage:
    """A customer's message."""
    body = Text(text=content) if isinstance(content, str) else content
    return InboundMessage(
        provider_id="wamid.1", contact_key=SENDER, profile_name=profile_name, sent_at=at, content=body
    )


def _event(**fields: object) -> dict[str, Any]:
    base = {"event_id": "e1", "correlation_id": "c1", "account_id": "acc", "contact_key": SENDER, "received_at": NOW}
    return {**base, **fields}


def received(content: Content | str = "Hello", **fields: object) -> MessageReceived:
    """The event of a customer's message."""
    return MessageReceived(**_event(message=message(content), **fields))


def accepted(agent: str = "anna", **fields: object) -> OfferAccepted:
    """The event of an acceptance."""
    return OfferAccepted(**_event(**{"interaction_id": "i1", "agent_id": agent, **fields}))


def rejected(agent: str = "anna", round_: int = 1, **fields: object) -> OfferRejected:
    """The event of a refusal."""
    return OfferRejected(**_event(**{"interaction_id": "i1", "agent_id": agent, "round": round_, **fields}))


def deadline(due_at: datetime = NOW, **fields: object) -> DeadlineReached:
    """The event of a deadline."""
    return DeadlineReached(**_event(**{"interaction_id": "i1", "due_at": due_at, **fields}))


def endpoint_answered(step: int = 1, **fields: object) -> WebhookAnswered:
    """The event of an endpoint's answer."""
    return WebhookAnswered(**_event(**{"interaction_id": "i1", "step": step, **fields}))


def interaction(**fields: object) -> Interaction:
    """The open interaction `i1`."""
    base = {
        "id": "i1",
        "account_id": "acc",
        "account_key": "ACME",
        "contact_key": SENDER,
        "contact_id": f"l:{SENDER}",
        "conversation": f"acc:{SENDER}",
        "correlation_id": "c0",
        "opened_at": NOW,
    }
    return Interaction.model_validate({**base, **fields})


def contact(**fields: object) -> Contact:
    """The contact that writes."""
    base = {"id": f"l:{SENDER}", "list_id": "l", "key": SENDER, "number": f"+{SENDER}"}
    return Contact.model_validate({**base, **fields})
