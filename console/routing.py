"""Explaining routing: the walk that a message would take now, step by step, without any effect.

The engine is the router's own, and pure; what it decides is shown and forgotten.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from console.checks import check_account
from console.dependencies import ConsoleDependencies
from contracts.access import INSPECTING
from contracts.accounts import Account
from contracts.actions import Action
from contracts.base import Count, Instant, Value, e164
from contracts.content import Content, Text
from contracts.errors import NotFound
from contracts.events import MessageReceived
from contracts.interactions import Interaction, InteractionState, TraceEntry
from contracts.messages import InboundMessage
from contracts.partitioning import conversation_key
from router.engine import (
    CompiledAccount,
    ConversationState,
    Decision,
    QueueFigures,
    RejectSender,
    RoutingConfiguration,
    SendReply,
    decide,
    figures_of,
    state_of,
    wanted_contacts,
)
from runtime.http import Call, Nothing, Route
from runtime.store.loading import Loaded

NOBODY_EVER = "explained"
"""The id of an event that never happens."""


class ExplainInput(Value):
    """A message that might come: from whom (a number, or the provider's id of them), what, and when (now)."""

    sender: Annotated[str, Field(alias="from", min_length=1, max_length=200)]
    text: Annotated[str, StringConstraints(max_length=4096)] = ""
    content: Annotated[Content | None, Field(description="Something else than text.")] = None
    profile_name: Annotated[str, StringConstraints(max_length=200)] = ""
    at: Instant | None = None
    actions: Annotated[
        tuple[Action, ...] | None,
        Field(max_length=1000, description="A list to walk in place of the one that is saved."),
    ] = None


class Step(Value):
    """One step of the walk; `entry` is the entry of the list as it is configured, where it is one."""

    position: Count
    action: str
    outcome: str
    value: str | None
    entry: dict[str, Any] | None


class Ending(Value):
    """How the interaction would stand then."""

    state: InteractionState
    unmanaged: bool
    waiting_for: str | None
    owner: str | None
    due_at: Instant | None
    tags: tuple[str, ...]
    attributes: dict[str, Any]
    disposition: tuple[str, ...]


class Explanation(Value):
    """What would come of the message.

    `result`: `rejected` by the whitelists, `joined` an open interaction without being routed, or `routed`.
    `interaction_id` is the interaction, where it is there already. `at` is the moment in the account's time zone.
    """

    result: str
    reason: str | None
    at: datetime
    config_version: int
    interaction_id: str | None
    steps: tuple[Step, ...]
    replies: tuple[str, ...]
    ends: Ending | None


class RoutingApi:
    """The operations on routing; all of them read."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._cache = dependencies.configuration_cache
        self._interactions = dependencies.interactions
        self._figures = dependencies.figures
        self._rules = dependencies.whitelist_rules
        self._clock = dependencies.clock
        self._webhook_hosts = dependencies.webhook_hosts
        self._routing = RoutingConfiguration(self._cache.current)

    async def explain(self, call: Call[ExplainInput, Nothing]) -> Explanation:
        """What would come of a message."""
        await self._cache.changed()
        if self._routing.configuration is not self._cache.current:
            self._routing = RoutingConfiguration(self._cache.current, self._routing)
        account = self._cache.current.accounts.get(call.path["id"])
        if account is None:
            raise NotFound(f"there is no account {call.path['id']}")
        routing = self._routing if call.body.actions is None else self._with(account, call.body.actions)
        compiled = routing.account(account.id)
        now = call.body.at or self._clock()
        event = _event(call.body, compiled.account.id, now)
        state = await self._state(event, compiled)
        return _explanation(decide(event, state, routing, now), state, compiled, routing, now)

    def _with(self, account: Account, actions: tuple[Action, ...]) -> RoutingConfiguration:
        configuration, proposal = self._cache.current, account.model_copy(update={"actions": actions})
        check_account(proposal, configuration, self._webhook_hosts)
        accounts = {**configuration.accounts, account.id: proposal}
        return RoutingConfiguration(configuration.model_copy(update={"accounts": accounts}))

    async def _state(self, event: MessageReceived, compiled: CompiledAccount) -> ConversationState:
        conversation = {event.conversation}
        loaded = await self._interactions.load(
            conversation,
            wanted_contacts(compiled, event.contact_key),
            (),
            (),
            conversation if compiled.account.reopen_within else (),
        )
        return state_of(
            compiled,
            event.contact_key,
            loaded.contacts,
            loaded.interactions.get(event.conversation),
            loaded.last.get(event.conversation),
            await self._queues(compiled),
            loaded.previous_agents.get(event.conversation),
            whitelists=await self._whitelists(event, compiled, loaded),
        )

    async def _whitelists(self, event: MessageReceived, compiled: CompiledAccount, loaded: Loaded) -> frozenset[str]:
        if not compiled.whitelists or event.conversation in loaded.interactions:
            return frozenset()
        found = await self._rules.naming({event.contact_key: compiled.whitelists}, self._cache.current.lists)
        return found[event.contact_key]

    async def _queues(self, compiled: CompiledAccount) -> Mapping[str, QueueFigures]:
        if not compiled.uses_queue:
            return {}
        waiting, states = await self._figures.waiting(), await self._figures.logged_in()
        return figures_of(self._cache.current, waiting, states)


def _event(body: ExplainInput, account_id: str, now: datetime) -> MessageReceived:
    contact_key = _key_of(body.sender)
    return MessageReceived(
        event_id=NOBODY_EVER,
        correlation_id=NOBODY_EVER,
        account_id=account_id,
        contact_key=contact_key,
        received_at=now,
        message=InboundMessage(
            provider_id=conversation_key(NOBODY_EVER, contact_key),
            contact_key=contact_key,
            profile_name=body.profile_name,
            sent_at=now,
            content=body.content or Text(text=body.text),
        ),
    )


def _key_of(sender: str) -> str:
    """The contact's key: a number in E.164, anything else as it is."""
    try:
        return e164(sender)
    except ValueError:
        return sender


def _explanation(
    decision: Decision,
    state: ConversationState,
    compiled: CompiledAccount,
    routing: RoutingConfiguration,
    now: datetime,
) -> Explanation:
    rejected = next((effect for effect in decision.effects if isinstance(effect, RejectSender)), None)
    after = decision.interaction
    known = {one.id for one in (state.interaction, state.last) if one is not None}
    return Explanation(
        result="rejected" if rejected else "routed" if decision.trace else "joined",
        reason=rejected.reason if rejected else _why_not_routed(decision, state.interaction),
        at=now.astimezone(compiled.zone),
        config_version=routing.configuration.version,
        interaction_id=after.id if after is not None and after.id in known else None,
        steps=tuple(_step(entry, compiled) for entry in decision.trace),
        replies=tuple(effect.text for effect in decision.effects if isinstance(effect, SendReply)),
        ends=_ending(after) if after is not None else None,
    )


def _why_not_routed(decision: Decision, interaction: Interaction | None) -> str | None:
    if decision.trace or interaction is None:
        return None
    if interaction.owner is not None:
        return f"{interaction.owner} has the interaction"
    return f"the interaction is under way at position {interaction.cursor}"


def _step(entry: TraceEntry, compiled: CompiledAccount) -> Step:
    configured = compiled.entry(entry.position)
    return Step(
        position=entry.position,
        action=entry.action,
        outcome=entry.outcome,
        value=entry.value,
        entry=configured.model_dump(mode="json", exclude_none=True) if configured else None,
    )


def _ending(interaction: Interaction) -> Ending:
    return Ending.model_validate({name: getattr(interaction, name) for name in Ending.model_fields})


def routing_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of routing."""
    yield Route(
        method="POST",
        path="/api/accounts/{id}/explain",
        handler=RoutingApi(dependencies).explain,
        access=INSPECTING,
        summary="Explain the walk that a message would take now, without any effect",
        tag="routing",
        request=ExplainInput,
        response=Explanation,
        errors=(HTTPStatus.NOT_FOUND,),
    )
