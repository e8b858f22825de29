"""The cases that an admin can read: `cases/README.md` says what their keys mean."""

from datetime import datetime
from pathlib import Path
from typing import Any, assert_never

import pytest
import yaml

from contracts.content import Text
from contracts.events import MessageReceived
from contracts.interactions import TraceEntry
from contracts.messages import InboundMessage
from router.engine import (
    ConversationState,
    Decision,
    Effect,
    Notify,
    QueueFigures,
    RecordNotice,
    RecordStatus,
    RejectSender,
    SeedContact,
    ServeTarget,
    StoreMessage,
    decide,
)
from tests.router.engine.builders import CONTENT, NOW, SENDER, contact, interaction, routing

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(Path(__file__).parent.glob("cases/*.yaml"))
    for case in yaml.safe_load(path.read_text())
]
KEYS = {
    "name",
    "actions",
    "account",
    "at",
    "text",
    "content",
    "from",
    "profile_name",
    "contact",
    "lists",
    "figures",
    "interaction",
    "expect",
}


def _decide(case: dict[str, Any]) -> Decision:
    at: datetime = case.get("at", NOW)
    sender = case.get("from", SENDER)
    content = CONTENT.validate_python(case["content"]) if "content" in case else Text(text=case.get("text", "Hello"))
    event = MessageReceived(
        event_id="e1",
        correlation_id="c1",
        account_id="acc",
        contact_key=sender,
        received_at=at,
        message=InboundMessage(
            provider_id="wamid.1",
            contact_key=sender,
            profile_name=case.get("profile_name", "Ada"),
            sent_at=at,
            content=content,
        ),
    )
    state = ConversationState(
        interaction=interaction(**case["interaction"]) if "interaction" in case else None,
        contact=contact(**case["contact"]) if "contact" in case else None,
        lists=frozenset(case.get("lists", ())),
        queues={name: QueueFigures(*figures) for name, figures in case.get("figures", {}).items()},
    )
    return decide(event, state, routing(case["actions"], **case.get("account", {})), at)


def _line(entry: TraceEntry) -> str:
    line = f"{entry.position} {entry.action} {entry.outcome}"
    return line if entry.value is None else f"{line}: {entry.value}"


def _word(effect: Effect) -> str:
    match effect:
        case StoreMessage(sequence=sequence):
            return f"store {sequence}"
        case SeedContact(contact=seed):
            return f"seed {seed.name}"
        case ServeTarget(target=target):
            return f"serve {target}"
        case Notify(settle=settle):
            return "settle" if settle else "notify"
        case RejectSender():
            return "reject"
        case RecordStatus() | RecordNotice():
            return "record"
        case _:
            assert_never(effect)


def _found(decision: Decision, key: str) -> object:
    if key == "trace":
        return [_line(entry) for entry in decision.trace]
    if key == "effects":
        return [_word(effect) for effect in decision.effects]
    assert decision.interaction is not None
    value = getattr(decision.interaction, key)
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("case", CASES)
def test_a_message_comes_to_what_the_case_says(case: dict[str, Any]) -> None:
    assert case.keys() <= KEYS
    decision = _decide(case)
    assert {key: _found(decision, key) for key in case["expect"]} == case["expect"]


def test_a_rejected_sender_leaves_no_interaction() -> None:
    case = {"actions": [], "account": {"whitelist_mode": "only_listed"}}
    assert _decide(case).interaction is None


def test_there_are_at_least_forty_cases() -> None:
    assert len(CASES) >= 40
