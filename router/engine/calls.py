"""Calls of endpoints: a walk that comes to a `Webhook` entry is held up there until the answer or the deadline."""

from datetime import datetime, timedelta

from pydantic_core import to_json

from contracts.actions import WebhookAction
from contracts.interactions import Interaction, InteractionState
from router.engine.conditions import PROVIDERS, Facts, local
from router.engine.configuration import RoutingConfiguration
from router.engine.draft import Draft
from router.engine.values import CallEndpoint, ConversationState

GRACE = timedelta(seconds=5)
"""How much longer than the call itself the walk waits: for the errand to be taken up and the answer to come back."""
LEFT_OUT = {("contact", "lists")}
"""Fields of conditions that calls do not tell: what they cost to know is only paid where a condition asks for them."""


def hold(draft: Draft, position: int, entry: WebhookAction, steps: int) -> None:
    """Hold the walk up at this entry."""
    draft.move(
        InteractionState.ROUTING,
        cursor=position,
        step=draft.interaction.step + 1,
        step_ends_at=draft.now + timedelta(seconds=entry.timeout) + GRACE,
        steps=steps,
    )


def call(entry: WebhookAction, facts: Facts) -> CallEndpoint:
    """The call that an interaction is held up for."""
    interaction = facts.interaction
    return CallEndpoint(
        interaction_id=interaction.id,
        step=interaction.step,
        url=entry.url,
        timeout=entry.timeout,
        expires_at=interaction.step_ends_at or facts.now,
        body=_told(facts),
    )


def call_again(
    interaction: Interaction, state: ConversationState, configuration: RoutingConfiguration, now: datetime
) -> CallEndpoint | None:
    """The call that an interaction is held up for, once more: a crash may have kept it from being made."""
    compiled = configuration.find(interaction.account_id)
    if interaction.state is not InteractionState.ROUTING or compiled is None:
        return None
    entry = compiled.entry(interaction.cursor)
    if not isinstance(entry, WebhookAction):
        return None
    return call(entry, Facts(compiled, configuration, state, state.message, interaction, local(now, compiled.zone)))


def _told(facts: Facts) -> str:
    """What an endpoint is told, as JSON: the same variables that conditions may read."""
    interaction = facts.interaction
    variables = {
        variable: {name: read(facts) for name, read in fields.items() if (variable, name) not in LEFT_OUT}
        for variable, fields in PROVIDERS.items()
        if variable != "message" or facts.message is not None
    }
    return to_json({"call": f"{interaction.id}:{interaction.step}", "now": facts.now, **variables}).decode()
