"""Answers to offers, and deadlines."""

from datetime import datetime, timedelta

import pytest

from contracts.events import Event
from contracts.interactions import Interaction, InteractionState
from router.engine import ConversationState, Decision, Notify, ServeTarget, decide
from tests.router.engine.builders import NOW, accepted, deadline, interaction, rejected, routing

LATER = NOW + timedelta(seconds=30)
SOON = NOW - timedelta(seconds=1)
ACTIONS = [
    {"action": "Queue", "queue": "sales", "timeout": 60},
    {"action": "Agent", "agent": "anna", "timeout": 60},
    {"action": "Queue", "queue": "support", "timeout": 60},
]
NOTHING = Decision()


def _interaction(state: str, **fields: object) -> Interaction:
    base = {"waiting_for": "queue:sales", "queue_id": "sales", "cursor": 1, "step": 1, "round": 1}
    ends = {"step_ends_at": LATER, "due_at": LATER}
    return interaction(**{**base, **ends, "state": state, **fields})


def _decide(event: Event, before: Interaction | None, at: datetime = NOW) -> Decision:
    return decide(event, ConversationState(interaction=before), routing(ACTIONS), at)


def _after(decision: Decision) -> Interaction:
    assert decision.interaction is not None
    return decision.interaction


def _lines(decision: Decision) -> list[str]:
    return [f"{entry.position} {entry.action} {entry.outcome} {entry.value}" for entry in decision.trace]


def test_an_acceptance_settles_the_other_offers() -> None:
    decision = _decide(accepted("anna"), _interaction("assigned", owner="anna"))
    assert decision.interaction is None
    assert decision.effects == (Notify(settle=True),)
    assert _lines(decision) == ["1 offer accepted anna"]


@pytest.mark.parametrize(
    "before",
    [
        None,
        _interaction("assigned", owner="bruno"),
        _interaction("waiting"),
        _interaction("wrapup", owner="anna"),
        _interaction("closed", owner="anna", open=False),
        _interaction("assigned", owner="anna", id="i2"),
    ],
)
def test_an_acceptance_that_was_overtaken_changes_nothing(before: Interaction | None) -> None:
    assert _decide(accepted("anna"), before) == NOTHING


def test_a_refusal_has_the_queue_served_again() -> None:
    decision = _decide(rejected("anna"), _interaction("waiting", refused=("anna",)))
    assert decision.interaction is None
    assert decision.effects == (ServeTarget("queue:sales"),)
    assert _lines(decision) == ["1 offer rejected anna"]


def test_a_refusal_while_others_are_still_asked_waits_for_them() -> None:
    decision = _decide(rejected("anna"), _interaction("offered", refused=("anna",), offered_to=("bruno",)))
    assert (decision.interaction, decision.effects) == (None, ())
    assert _lines(decision) == ["1 offer rejected anna"]


def test_the_refusal_of_the_one_agent_goes_on_with_the_next_entry_at_once() -> None:
    before = _interaction("waiting", waiting_for="agent:anna", queue_id=None, cursor=2, refused=("anna",))
    decision = _decide(rejected("anna"), before)
    assert _lines(decision) == ["2 offer rejected anna", "3 Queue waiting queue:support"]
    assert decision.effects == (ServeTarget("queue:support"),)
    after = _after(decision)
    assert (after.cursor, after.step, after.round, after.refused) == (3, 2, 2, ())


@pytest.mark.parametrize(
    "before",
    [
        None,
        _interaction("waiting", round=2),
        _interaction("waiting", round=0),
        _interaction("assigned", owner="bruno"),
        _interaction("wrapup", owner="bruno"),
        _interaction("closed", open=False),
        _interaction("waiting", id="i2"),
        _interaction("waiting", unmanaged=True, waiting_for=None),
    ],
)
def test_a_refusal_that_was_overtaken_changes_nothing(before: Interaction | None) -> None:
    assert _decide(rejected("anna", round_=1), before) == NOTHING


def test_the_end_of_the_stay_goes_on_with_the_next_entry() -> None:
    before = _interaction("waiting", step_ends_at=NOW, due_at=NOW, refused=("bruno",), not_before=LATER)
    decision = _decide(deadline(), before)
    assert _lines(decision) == ["1 step timed out queue:sales", "2 Agent waiting agent:anna"]
    assert decision.effects == (Notify(settle=True), ServeTarget("agent:anna"))
    after = _after(decision)
    assert (after.state, after.waiting_for, after.queue_id) == (InteractionState.WAITING, "agent:anna", None)
    assert (after.step, after.round, after.refused, after.not_before) == (2, 2, (), None)
    assert after.step_ends_at == after.due_at == NOW + timedelta(seconds=60)


def test_offers_fall_with_the_stay() -> None:
    before = _interaction("offered", offered_to=("anna", "bruno"), offer_ends_at=LATER, step_ends_at=SOON, due_at=SOON)
    after = _after(_decide(deadline(), before))
    assert (after.state, after.offered_to, after.offer_ends_at) == (InteractionState.WAITING, (), None)


def test_the_end_of_the_last_stay_leaves_the_interaction_unmanaged() -> None:
    before = _interaction("offered", cursor=3, offered_to=("anna",), step_ends_at=NOW, offer_ends_at=NOW, due_at=NOW)
    decision = _decide(deadline(), before)
    assert _lines(decision) == ["3 step timed out queue:sales", "0 list unmanaged end of list"]
    assert decision.effects == (Notify(settle=True),)
    after = _after(decision)
    assert (after.unmanaged, after.open, after.due_at, after.step_ends_at) == (True, True, None, None)
    assert (after.waiting_for, after.queue_id, after.cursor, after.offered_to) == (None, None, 0, ())


def test_offers_that_nobody_answered_are_missed() -> None:
    before = _interaction("offered", offered_to=("anna",), refused=("bruno",), offer_ends_at=NOW, due_at=NOW)
    decision = _decide(deadline(), before)
    assert _lines(decision) == ["1 offer missed anna"]
    assert decision.effects == (Notify(settle=True), ServeTarget("queue:sales"))
    after = _after(decision)
    assert (after.state, after.offered_to, after.refused) == (InteractionState.WAITING, (), ("bruno", "anna"))
    assert (after.offer_ends_at, after.due_at, after.cursor) == (None, LATER, 1)


def test_the_stay_goes_before_the_offer_when_both_are_over() -> None:
    before = _interaction("offered", offered_to=("anna",), step_ends_at=NOW, offer_ends_at=NOW, due_at=NOW)
    assert _lines(_decide(deadline(), before))[0] == "1 step timed out queue:sales"


@pytest.mark.parametrize(
    "before",
    [
        None,
        _interaction("waiting"),
        _interaction("waiting", due_at=None),
        _interaction("closed", open=False, step_ends_at=SOON, due_at=SOON),
        _interaction("waiting", step_ends_at=SOON, due_at=SOON, id="i2"),
    ],
)
def test_a_deadline_that_was_overtaken_changes_nothing(before: Interaction | None) -> None:
    assert _decide(deadline(), before) == NOTHING


def test_a_deadline_that_was_moved_is_put_right() -> None:
    decision = _decide(deadline(), _interaction("waiting", due_at=SOON))
    assert (decision.effects, decision.trace) == ((), ())
    assert _after(decision).due_at == LATER


@pytest.mark.parametrize("state", ["assigned", "wrapup"])
def test_a_deadline_of_a_step_changes_nothing_for_somebody_s_own(state: str) -> None:
    decision = _decide(deadline(), _interaction(state, owner="anna", step_ends_at=NOW, due_at=NOW))
    assert (decision.effects, decision.trace) == ((), ())
    assert (_after(decision).state, _after(decision).due_at) == (state, None)


def test_the_end_of_an_offer_that_was_refused_meanwhile_is_no_miss() -> None:
    decision = _decide(deadline(), _interaction("waiting", refused=("anna",), offer_ends_at=NOW, due_at=NOW))
    assert decision.trace == ()
    assert _after(decision).due_at == LATER


def test_a_missed_offer_that_no_entry_made_has_nothing_served() -> None:
    before = _interaction("offered", waiting_for=None, offered_to=("anna",), offer_ends_at=NOW, due_at=NOW)
    assert _decide(deadline(), before).effects == (Notify(settle=True),)
