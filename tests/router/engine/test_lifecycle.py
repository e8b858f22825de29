"""What messages and the time change in the life of an interaction that somebody has, or nobody attends to."""

from datetime import timedelta

import pytest

from contracts.events import InteractionChange, InteractionChanged
from contracts.interactions import Interaction, InteractionState, TransferAttempt, TransferOutcome
from router.engine import ConversationState, Decision, Notify, RoutingConfiguration, decide
from tests.router.engine.builders import NOW, SENDER, contact, deadline, interaction, received, routing

MINUTE = timedelta(minutes=1)
S = InteractionState


def decided(event: object, before: Interaction, configuration: RoutingConfiguration | None = None) -> Decision:
    state = ConversationState(interaction=before, contact=contact(name="Ada"))
    return decide(event, state, configuration or routing(inactivity_timeout=5), NOW)  # type: ignore[arg-type] # any event


def after(decision: Decision) -> Interaction:
    assert decision.interaction is not None
    return decision.interaction


def inactive(state: InteractionState = S.ASSIGNED, **fields: object) -> Interaction:
    """An interaction in which nobody has written for the five minutes that its account allows."""
    return interaction(**{"state": state, "inactivity": 5, "inactive_at": NOW, "due_at": NOW, **fields})


@pytest.mark.parametrize("before", [inactive(owner="anna"), inactive(S.WAITING, unmanaged=True)])
def test_what_nobody_writes_in_is_closed_with_its_reason(before: Interaction) -> None:
    decision = decided(deadline(), before)
    closed = after(decision)
    assert (closed.state, closed.open, closed.disposition) == (S.CLOSED, False, ("Timeout",))
    assert (closed.owner, closed.due_at, closed.closed_at) == (before.owner, None, NOW)
    assert decision.effects == (Notify(settle=True),)
    assert [(entry.action, entry.outcome, entry.value) for entry in decision.trace] == [
        ("inactivity", "closed", "Timeout")
    ]


@pytest.mark.parametrize(
    "before",
    [
        inactive(S.WRAPUP, owner="anna"),
        inactive(S.WAITING, waiting_for="queue:sales", step_ends_at=NOW + MINUTE),
        inactive(S.OFFERED, waiting_for="queue:sales", offered_to=("anna",), step_ends_at=NOW + MINUTE),
        inactive(owner="anna", inactive_at=NOW + MINUTE),
    ],
)
def test_what_waits_is_wrapped_up_or_was_written_in_since_stays_open(before: Interaction) -> None:
    assert after(decided(deadline(), before)).state is before.state


@pytest.mark.parametrize(("minutes", "closes"), [(0, False), (4, True), (5, True), (6, False)])
def test_the_setting_of_today_counts(minutes: int, closes: bool) -> None:
    now = after(decided(deadline(), inactive(owner="anna"), routing(inactivity_timeout=minutes)))
    assert now.open is not closes
    if not closes:
        assert now.inactivity == minutes
        assert now.due_at == (NOW + MINUTE if minutes else None)


def test_a_deleted_account_s_interactions_still_end() -> None:
    assert not after(decided(deadline(), inactive(owner="anna", account_id="gone"))).open


def test_a_message_puts_the_end_off_by_the_account_s_setting() -> None:
    joined = after(decided(received(), inactive(owner="anna", inactivity=1, inactive_at=NOW)))
    assert (joined.inactivity, joined.inactive_at, joined.due_at) == (5, NOW + 5 * MINUTE, NOW + 5 * MINUTE)
    never = after(decided(received(), inactive(owner="anna"), routing()))
    assert (never.inactivity, never.inactive_at, never.due_at) == (0, None, None)


def test_the_time_begins_anew_when_nobody_has_accepted() -> None:
    before = interaction(
        state=S.WAITING,
        waiting_for="queue:sales",
        step_ends_at=NOW,
        due_at=NOW,
        inactivity=5,
        inactive_at=NOW,
        cursor=1,
    )
    left = after(decided(deadline(), before, routing([{"action": "Queue", "queue": "sales", "timeout": 60}])))
    assert (left.unmanaged, left.due_at) == (True, NOW + 5 * MINUTE)


@pytest.mark.parametrize("state", [S.WAITING, S.OFFERED])
def test_a_transfer_that_is_over_returns_to_its_sender_and_routes_nothing(state: InteractionState) -> None:
    attempt = TransferAttempt(sender="anna", target="agent:bruno", at=NOW - MINUTE, queue_id="sales")
    offered = ("bruno",) if state is S.OFFERED else ()
    before = interaction(
        state=state,
        owner="anna",
        transfer=attempt,
        waiting_for="agent:bruno",
        offered_to=offered,
        step_ends_at=NOW,
        due_at=NOW,
    )
    decision = decided(deadline(), before, routing([{"action": "Close", "disposition": "X"}]))
    back = after(decision)
    assert (back.state, back.owner, back.offered_to, back.queue_id) == (S.ASSIGNED, "anna", (), "sales")
    assert [past.outcome for past in back.transfers] == [TransferOutcome.TIMED_OUT]
    assert decision.effects == (Notify(settle=True),)


def test_what_somebody_did_is_stored_already_and_only_shown_again() -> None:
    fields = {"correlation_id": "c1", "account_id": "acc", "contact_key": SENDER, "received_at": NOW}
    change = InteractionChanged(event_id="e9", interaction_id="i1", change=InteractionChange.ASSIGNED, **fields)
    assert decided(change, inactive(owner="anna")) == Decision(effects=(Notify(settle=True),))
    assert decided(change, inactive(owner="anna", id="i2")) == Decision()
