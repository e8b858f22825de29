"""Answers of endpoints that `Webhook` entries have called. One that comes too late changes nothing."""

from collections.abc import Mapping
from datetime import datetime

from contracts.events import WebhookAnswered
from contracts.interactions import InteractionState
from router.engine.configuration import RoutingConfiguration
from router.engine.draft import Draft
from router.engine.values import ConversationState, Decision
from router.engine.walk import go_on

MAX_ATTRIBUTES = 100


def take_answer(
    event: WebhookAnswered, state: ConversationState, configuration: RoutingConfiguration, now: datetime
) -> Decision:
    """What comes of an answer: attributes are set, and the walk goes on where it says, or with the next entry."""
    interaction = state.routed(event.interaction_id)
    if interaction is None or interaction.state is not InteractionState.ROUTING or interaction.step != event.step:
        return Decision()
    draft = Draft(interaction, now)
    if event.failure is not None:
        draft.note(interaction.cursor, "Webhook", "failed", event.failure)
    else:
        _set_attributes(draft, event.attributes)
    position = _chosen(draft, event, configuration)
    go_on(draft, event.account_id, state, configuration, position, interaction.steps)
    return draft.decision(interaction)


def _set_attributes(draft: Draft, given: Mapping[str, object]) -> None:
    before = draft.interaction
    merged = {name: value for name, value in {**before.attributes, **given}.items() if value is not None}
    if len(merged) > MAX_ATTRIBUTES:
        draft.note(before.cursor, "Webhook", "failed", f"more than {MAX_ATTRIBUTES} attributes: none was set")
        return
    draft.change(attributes=merged)
    draft.note(before.cursor, "Webhook", "answered", ", ".join(sorted(given)) or None)


def _chosen(draft: Draft, event: WebhookAnswered, configuration: RoutingConfiguration) -> int:
    """The position to go on with."""
    cursor = draft.interaction.cursor
    compiled = configuration.find(event.account_id)
    if event.position is None or compiled is None:
        return cursor + 1
    exists = compiled.entry(event.position) is not None
    draft.note(cursor, "Webhook", "jumped" if exists else "missing position", str(event.position))
    return event.position if exists else cursor + 1
