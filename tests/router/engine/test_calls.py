"""What an endpoint is told, and when it is told again."""

from datetime import timedelta
from typing import Any

import orjson

from contracts.interactions import Interaction
from router.engine import CallEndpoint, ConversationState, Decision, call_again, decide
from router.engine.conditions import PROVIDERS
from tests.router.engine.builders import NOW, contact, deadline, endpoint_answered, interaction, received, routing

ACTIONS: list[dict[str, object]] = [
    {"action": "Tag", "tag": "seen"},
    {"action": "Webhook", "url": "https://hooks.example/crm?key=1", "timeout": 3},
]


def _call(decision: Decision) -> CallEndpoint:
    (call,) = (effect for effect in decision.effects if isinstance(effect, CallEndpoint))
    return call


def _told(decision: Decision) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(_call(decision).body)
    return document


def test_an_endpoint_is_told_what_conditions_may_read() -> None:
    state = ConversationState(contact=contact(name="Ada", tags=["vip"], attributes={"level": {"points": 7}}))
    told = _told(decide(received("Hello"), state, routing(ACTIONS, timezone="Europe/Rome"), NOW))
    assert told["call"] == "ie1:1"
    assert told["now"] == "2026-03-14T10:26:00+01:00"
    assert (told["message"]["text"], told["message"]["type"], told["message"]["is_first"]) == ("Hello", "text", True)
    assert (told["contact"]["tags"], told["contact"]["attributes"]) == (["vip"], {"level": {"points": 7}})
    assert told["interaction"]["tags"] == ["seen"]
    assert set(told) == {"call", "now", *PROVIDERS}
    assert set(told["contact"]) == set(PROVIDERS["contact"]) - {"lists"}


def test_without_a_message_the_endpoint_is_told_the_rest() -> None:
    before = interaction(state="waiting", waiting_for="queue:sales", cursor=1, step_ends_at=NOW, due_at=NOW)
    told = _told(decide(deadline(), ConversationState(interaction=before), routing(ACTIONS), NOW))
    assert set(told) == {"call", "now", *PROVIDERS} - {"message"}


def test_the_trace_names_the_host_and_not_the_key_in_the_url() -> None:
    decision = decide(received(), ConversationState(), routing(ACTIONS), NOW)
    assert decision.trace[-1].value == "hooks.example"


def _held_up() -> Interaction:
    held_up = decide(received(), ConversationState(), routing(ACTIONS), NOW).interaction
    assert held_up is not None
    return held_up


def test_a_call_that_a_crash_may_have_kept_from_being_made_is_the_same_one() -> None:
    first = _call(decide(received(), ConversationState(), routing(ACTIONS), NOW))
    again = call_again(_held_up(), ConversationState(), routing(ACTIONS), NOW + timedelta(seconds=2))
    assert again is not None
    assert (again.interaction_id, again.step, again.url, again.expires_at) == (
        first.interaction_id,
        first.step,
        first.url,
        first.expires_at,
    )


def test_what_is_not_held_up_or_not_by_an_endpoint_any_more_is_not_called_again() -> None:
    waiting = interaction(state="waiting", waiting_for="queue:sales", cursor=2)
    state = ConversationState()
    assert call_again(waiting, state, routing(ACTIONS), NOW) is None
    assert call_again(_held_up(), state, routing(ACTIONS[:1]), NOW) is None
    assert call_again(_held_up(), state, routing([ACTIONS[0], ACTIONS[0]]), NOW) is None
    assert call_again(_held_up(), state, routing(ACTIONS, id="other"), NOW) is None


def test_an_interaction_may_not_gather_attributes_without_end() -> None:
    before = _held_up()
    for number in range(3):
        given = {f"a{number}_{n}": n for n in range(60)}
        event = endpoint_answered(before.step, interaction_id=before.id, attributes=given, position=2)
        decision = decide(event, ConversationState(interaction=before), routing(ACTIONS), NOW)
        assert decision.interaction is not None
        before = decision.interaction
        assert len(before.attributes) == 60
    assert decision.trace[0].value == "more than 100 attributes: none was set"
