from typing import Any

import pytest

from contracts.errors import Unprocessable
from contracts.events import Event, NoticeReceived, StatusReported
from contracts.interactions import InteractionState
from contracts.messages import DeliveryState, MessageStatus
from router.engine import (
    ConversationState,
    Decision,
    RecordNotice,
    RecordStatus,
    RoutingConfiguration,
    StoreMessage,
    decide,
)
from tests.router.engine.builders import (
    NOW,
    SENDER,
    contact,
    deadline,
    interaction,
    received,
    routing,
    world,
)

COMMON: dict[str, Any] = {
    "event_id": "e1",
    "correlation_id": "c1",
    "account_id": "acc",
    "contact_key": SENDER,
    "received_at": NOW,
}
STATUS = StatusReported(
    **COMMON,
    status=MessageStatus(
        provider_id="x", contact_key=SENDER, state=DeliveryState.READ, provider_state="read", occurred_at=NOW
    ),
)
NOTICE = NoticeReceived(**COMMON, kind="account_update", raw={})


def test_a_message_for_an_account_that_is_gone_is_at_fault_itself() -> None:
    with pytest.raises(Unprocessable, match="account acc does not exist"):
        decide(received(), ConversationState(), RoutingConfiguration(world()), NOW)


@pytest.mark.parametrize("event", [STATUS, NOTICE])
def test_what_a_provider_says_of_an_account_that_is_gone_is_still_recorded(event: Event) -> None:
    assert decide(event, ConversationState(), RoutingConfiguration(world()), NOW).effects


def test_a_deadline_of_an_account_that_is_gone_leaves_its_interaction_unmanaged_and_due_no_more() -> None:
    waiting = interaction(
        state=InteractionState.WAITING, waiting_for="queue:q", cursor=1, step_ends_at=NOW, due_at=NOW, queue_id="q"
    )
    decision = decide(deadline(), ConversationState(interaction=waiting), RoutingConfiguration(world()), NOW)
    assert decision.interaction is not None
    assert decision.interaction.unmanaged
    assert decision.interaction.due_at is None
    assert [(entry.outcome, entry.value) for entry in decision.trace][-1] == ("unmanaged", "account deleted")


def test_a_status_is_recorded() -> None:
    assert decide(STATUS, ConversationState(interaction=interaction()), routing(), NOW) == Decision(
        effects=(RecordStatus(),)
    )


def test_a_notice_is_recorded() -> None:
    assert decide(NOTICE, ConversationState(), routing(), NOW) == Decision(effects=(RecordNotice(),))


def test_an_opened_interaction_is_complete() -> None:
    state = ConversationState(contact=contact(name="Ada"), previous_agent="bruno")
    opened = decide(received("Hi there"), state, routing([{"action": "Tag", "tag": "a"}]), NOW).interaction
    assert opened == interaction(
        id="ie1",
        correlation_id="c1",
        contact_name="Ada",
        state=InteractionState.WAITING,
        unmanaged=True,
        previous_agent="bruno",
        sequence=1,
        message_count=1,
        last_inbound=1,
        unread=1,
        preview="Hi there",
        tags=("a",),
        opened_at=NOW,
        first_message_at=NOW,
        last_message_at=NOW,
        config_version=7,
    )


@pytest.mark.parametrize(("known", "shown"), [("Ada Lovelace", "Ada Lovelace"), ("", "Before")])
def test_a_name_that_somebody_gave_the_contact_meanwhile_is_shown(known: str, shown: str) -> None:
    state = ConversationState(interaction=interaction(contact_name="Before"), contact=contact(name=known))
    changed = decide(received(), state, routing(), NOW).interaction
    assert changed is not None
    assert changed.contact_name == shown


def test_the_same_event_opens_the_same_interaction() -> None:
    first = decide(received(), ConversationState(), routing(), NOW)
    assert decide(received(), ConversationState(), routing(), NOW) == first
    assert StoreMessage("ie1", 1) in first.effects


def test_a_preview_is_cut() -> None:
    decision = decide(received("é" * 5000), ConversationState(), routing(), NOW)
    assert decision.interaction is not None
    assert decision.interaction.preview == "é" * 200


def test_what_the_shell_keeps_is_left_alone() -> None:
    before = interaction(state="waiting", waiting_for="queue:sales", version=9, applied={"e0": 1}, config_version=3)
    after = decide(received(), ConversationState(interaction=before), routing(), NOW).interaction
    assert after is not None
    assert (after.version, after.applied, after.config_version) == (9, {"e0": 1}, 3)
