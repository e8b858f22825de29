"""The steps in the life of an interaction: which may follow which, and what each leaves behind."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from contracts.errors import IllegalTransition
from contracts.interactions import TRANSITIONS, Interaction, InteractionState, TransferAttempt, TransferOutcome
from contracts.lifecycle import assigning, closing, due_of, moved, returning, transferring, wrapping_up

NOW = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
S = InteractionState
ALLOWED = {
    S.ROUTING: "routing waiting assigned closed",
    S.WAITING: "waiting routing offered assigned closed",
    S.OFFERED: "offered waiting routing assigned closed",
    S.ASSIGNED: "assigned waiting wrapup closed",
    S.WRAPUP: "assigned closed",
    S.CLOSED: "routing",
}


def interaction(state: InteractionState = S.ASSIGNED, **fields: object) -> Interaction:
    base: dict[str, Any] = {
        "id": "i1",
        "account_id": "shop",
        "account_key": "SHOP",
        "contact_key": "+39333000001",
        "contact_id": "people:+39333000001",
        "conversation": "shop:+39333000001",
        "correlation_id": "c1",
        "opened_at": NOW,
        "owner": "ann" if state in {S.ASSIGNED, S.WRAPUP} else None,
        "state": state,
    }
    return Interaction.model_validate({**base, **fields})


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_every_transition_is_in_the_table_or_an_error_that_names_both_states(before: S, after: S) -> None:
    allowed = after.value in ALLOWED[before].split()
    assert (after in TRANSITIONS[before]) == allowed
    if allowed:
        assert moved(interaction(before), {"state": after}).state is after
    else:
        with pytest.raises(IllegalTransition, match=f"from {before} to {after}"):
            moved(interaction(before), {"state": after})


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"state": S.ASSIGNED}, None),
        ({"state": S.ASSIGNED, "inactive_at": LATER}, LATER),
        ({"state": S.ASSIGNED, "inactive_at": LATER, "step_ends_at": NOW}, LATER),
        ({"state": S.WRAPUP, "inactive_at": LATER}, None),
        ({"state": S.CLOSED, "inactive_at": LATER, "step_ends_at": LATER}, None),
        ({"state": S.WAITING, "inactive_at": NOW, "step_ends_at": LATER}, LATER),
        ({"state": S.WAITING, "inactive_at": LATER, "unmanaged": True}, LATER),
        ({"state": S.OFFERED, "step_ends_at": LATER, "offer_ends_at": NOW}, NOW),
        ({"state": S.WAITING, "step_ends_at": LATER, "offer_ends_at": NOW}, LATER),
    ],
)
def test_time_alone_changes_what_waits_and_what_nobody_attends_to(fields: dict[str, Any], due: datetime | None) -> None:
    assert due_of(interaction(**fields)) == due


def test_a_transfer_keeps_its_sender_as_owner_and_returns_to_where_it_came_from() -> None:
    before = interaction(queue_id="sales", inactivity=5)
    attempt = TransferAttempt(sender="ann", target="queue:support", note="hm", at=NOW)
    sent = moved(before, transferring(before, attempt, "support", LATER))
    assert (sent.state, sent.owner, sent.waiting_for, sent.queue_id) == (S.WAITING, "ann", "queue:support", "support")
    assert (sent.step_ends_at, sent.due_at, sent.step, sent.round) == (LATER, LATER, 1, 1)

    back = moved(sent, returning(sent, TransferOutcome.TIMED_OUT, LATER))
    assert (back.state, back.owner, back.queue_id, back.waiting_for) == (S.ASSIGNED, "ann", "sales", None)
    assert back.due_at == back.inactive_at == LATER + timedelta(minutes=5)
    (past,) = back.transfers
    assert (past.outcome, past.ended_at, past.note, past.queue_id) == (TransferOutcome.TIMED_OUT, LATER, "hm", "sales")


def test_assigning_remembers_who_had_it_and_ends_what_was_under_way() -> None:
    attempt = TransferAttempt(sender="ann", target="agent:ben", at=NOW)
    before = interaction(S.OFFERED, owner="ann", offered_to=("ben",), transfer=attempt, step_ends_at=LATER)
    after = moved(before, assigning(before, "cai", NOW))
    assert (after.owner, after.previous_agent, after.offered_to, after.step_ends_at) == ("cai", "ann", (), None)
    assert [past.outcome for past in after.transfers] == [TransferOutcome.WITHDRAWN]
    same = interaction(previous_agent="ben")
    assert moved(same, assigning(same, "ann", NOW)).previous_agent == "ben"


def test_closing_leaves_the_owner_for_the_record_and_nothing_due() -> None:
    before = interaction(S.WAITING, unmanaged=True, inactive_at=NOW, due_at=NOW)
    after = moved(before, closing(before, ("Sold",), NOW))
    assert (after.open, after.unmanaged, after.due_at, after.closed_at) == (False, False, None, NOW)
    mine = interaction()
    assert moved(mine, closing(mine, (), NOW)).owner == "ann"


def test_wrapping_up_names_the_pause_and_nothing_is_due() -> None:
    after = moved(interaction(inactive_at=LATER), wrapping_up("paperwork", NOW))
    assert after.wrapup is not None
    assert (after.state, after.wrapup.pause, after.wrapup.since, after.due_at) == (S.WRAPUP, "paperwork", NOW, None)
