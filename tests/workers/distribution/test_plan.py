"""Who is offered what."""

import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.queues import Strategy
from workers.distribution.plan import Line, Member, PausedRound, Plan, PlannedOffer, Waiting, plan

NOW = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)
AGENT_TIMEOUT = timedelta(seconds=30)
PAUSE = timedelta(seconds=5)
LINE = "queue:sales"
NOBODY: frozenset[str] = frozenset()


def _agent(agent_id: str, capacity: int = 1, held: int = 0, available: bool = True) -> Member:
    return Member(agent_id, capacity, frozenset(f"held{n}" for n in range(held)), available)


def _waiting(
    interaction_id: str,
    since: int = 0,
    refused: frozenset[str] = NOBODY,
    not_before: datetime | None = None,
    step: int = 600,
) -> Waiting:
    begun, ends = NOW - timedelta(seconds=since), NOW + timedelta(seconds=step)
    return Waiting(interaction_id, LINE, refused, not_before, begun, ends)


def _line(strategy: Strategy, members: list[Member], pointer: str | None = None) -> Line:
    return Line(LINE, strategy, AGENT_TIMEOUT, tuple(member.agent_id for member in members), pointer=pointer)


def _plan(strategy: Strategy, members: list[Member], waiting: list[Waiting], pointer: str | None = None) -> Plan:
    return plan([_line(strategy, members, pointer)], members, waiting, NOW, PAUSE)


def _given(made: Plan) -> list[tuple[str, tuple[str, ...]]]:
    return [(offer.interaction_id, offer.agent_ids) for offer in made.offers]


def test_beepall_asks_all_who_can_at_once() -> None:
    members = [_agent("a"), _agent("b", available=False), _agent("c", held=1), _agent("d", 2, held=1)]
    made = _plan(Strategy.BEEPALL, members, [_waiting("x")])
    assert made == Plan((PlannedOffer("x", ("a", "d"), NOW + AGENT_TIMEOUT),))


def test_beepall_counts_what_this_plan_has_given() -> None:
    made = _plan(Strategy.BEEPALL, [_agent("a"), _agent("b", 2)], [_waiting("x", 9), _waiting("y", 8), _waiting("z")])
    assert _given(made) == [("x", ("a", "b")), ("y", ("b",))]


def test_beepall_leaves_the_pointer() -> None:
    members = [_agent("a"), _agent("b")]
    made = _plan(Strategy.BEEPALL, members, [_waiting("x")], pointer="a")
    assert (made.pointers, _given(made)) == ({}, [("x", ("a", "b"))])


@pytest.mark.parametrize(
    ("pointer", "engaged"), [(None, "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("no member any more", "a")]
)
def test_rrmemory_asks_the_agent_after_the_one_engaged_last(pointer: str | None, engaged: str) -> None:
    made = _plan(Strategy.RRMEMORY, [_agent("a"), _agent("b"), _agent("c")], [_waiting("x")], pointer)
    assert (_given(made), made.pointers) == ([("x", (engaged,))], {LINE: engaged})


def test_rrmemory_goes_round_past_those_who_cannot() -> None:
    members = [_agent("a", 0), _agent("b", available=False), _agent("c", held=1), _agent("d", 0)]
    made = _plan(Strategy.RRMEMORY, members, [_waiting(name, 9 - n) for n, name in enumerate("vwxyz")])
    assert [agents for _, agents in _given(made)] == [("a",), ("d",), ("a",), ("d",), ("a",)]


def test_rrmemory_passes_over_who_refused_and_asks_them_for_the_next() -> None:
    waiting = [_waiting("x", 2, refused=frozenset("a")), _waiting("y", 1)]
    made = _plan(Strategy.RRMEMORY, [_agent("a"), _agent("b")], waiting)
    assert _given(made) == [("x", ("b",)), ("y", ("a",))]


def test_a_pointer_without_offers_stays() -> None:
    assert _plan(Strategy.RRMEMORY, [_agent("a", held=1)], [_waiting("x")], "a") == Plan()


@pytest.mark.parametrize("strategy", list(Strategy))
def test_who_waits_longest_comes_first(strategy: Strategy) -> None:
    made = _plan(strategy, [_agent("a")], [_waiting("new", 1), _waiting("old", 9), _waiting("middle", 5)])
    assert [name for name, _ in _given(made)] == ["old"]


@pytest.mark.parametrize("strategy", list(Strategy))
def test_an_offer_ends_with_the_step_at_the_latest(strategy: Strategy) -> None:
    made = _plan(strategy, [_agent("a", 2)], [_waiting("short", 2, step=10), _waiting("long", 1)])
    assert [offer.ends_at - NOW for offer in made.offers] == [timedelta(seconds=10), AGENT_TIMEOUT]


@pytest.mark.parametrize("strategy", list(Strategy))
def test_a_step_that_is_over_gets_no_more_offers(strategy: Strategy) -> None:
    assert _plan(strategy, [_agent("a")], [_waiting("x", step=0)]) == Plan()


@pytest.mark.parametrize("strategy", list(Strategy))
def test_a_pause_is_kept_and_ends(strategy: Strategy) -> None:
    refused = frozenset({"a"})
    later = _waiting("later", 9, not_before=NOW + timedelta(seconds=1), refused=refused)
    made = _plan(strategy, [_agent("a", 2)], [later, _waiting("due", 5, not_before=NOW, refused=refused)])
    assert _given(made) == [("due", ("a",))]
    assert made.paused == ()


@pytest.mark.parametrize("strategy", list(Strategy))
def test_when_all_who_could_have_refused_the_next_round_is_put_off(strategy: Strategy) -> None:
    members = [_agent("a"), _agent("b"), _agent("busy", held=1), _agent("away", available=False)]
    made = _plan(strategy, members, [_waiting("x", refused=frozenset({"a", "b", "gone"}))])
    assert made == Plan((), (PausedRound("x", NOW + PAUSE),))


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("members", [[], [_agent("a", held=1)], [_agent("a", available=False)]])
def test_with_nobody_who_could_an_interaction_is_left_waiting(strategy: Strategy, members: list[Member]) -> None:
    assert _plan(strategy, members, [_waiting("x", refused=frozenset("a"))]) == Plan()


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("refused", [NOBODY, frozenset(f"a{n}" for n in range(500))])
@pytest.mark.parametrize("held", [0, 3])
def test_a_thousand_waiting_for_five_hundred_agents_are_planned_quickly(
    strategy: Strategy, refused: frozenset[str], held: int
) -> None:
    members = [_agent(f"a{n}", 3, held) for n in range(500)]
    waiting = [_waiting(f"x{n}", n, refused) for n in range(1000)]
    started = time.process_time()
    _plan(strategy, members, waiting)
    assert time.process_time() - started < 0.2


MEMBERS = st.lists(
    st.builds(
        Member,
        agent_id=st.sampled_from("abcdef"),
        capacity=st.integers(0, 3),
        held=st.frozensets(st.sampled_from(["h1", "h2", "h3", "h4"])),
        available=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda member: member.agent_id,
)
WAITING = st.lists(
    st.builds(
        _waiting,
        st.integers(0, 99).map(str),
        since=st.integers(0, 5),
        refused=st.frozensets(st.sampled_from("abcdefg")),
        not_before=st.sampled_from([None, NOW, NOW + PAUSE]),
        step=st.sampled_from([-1, 0, 10, 600]),
    ),
    max_size=12,
    unique_by=lambda one: one.interaction_id,
)
POINTERS = st.none() | st.sampled_from("abcdefg")
STRATEGIES = st.sampled_from(list(Strategy))


def _loads(members: list[Member], made: Plan) -> dict[str, int]:
    new = Counter(agent for offer in made.offers for agent in offer.agent_ids)
    return {member.agent_id: len(member.held) + new[member.agent_id] for member in members}


@settings(max_examples=300)
@given(STRATEGIES, MEMBERS, WAITING, POINTERS)
def test_nobody_is_asked_who_is_away_or_full_or_has_refused(
    strategy: Strategy, members: list[Member], waiting: list[Waiting], pointer: str | None
) -> None:
    made = _plan(strategy, members, waiting, pointer)
    known = {member.agent_id: member for member in members}
    refused = {one.interaction_id: one.refused_at(NOW) for one in waiting}
    for offer in made.offers:
        assert offer.agent_ids
        assert len(set(offer.agent_ids)) == len(offer.agent_ids)
        assert refused[offer.interaction_id].isdisjoint(offer.agent_ids)
        assert all(known[agent].available for agent in offer.agent_ids)
    asked = {agent for offer in made.offers for agent in offer.agent_ids}
    loads = _loads(members, made)
    assert all(loads[agent] <= known[agent].capacity for agent in asked if known[agent].capacity)


@settings(max_examples=300)
@given(STRATEGIES, MEMBERS, WAITING, POINTERS)
def test_nobody_who_could_stays_idle_while_something_waits_that_they_have_not_refused(
    strategy: Strategy, members: list[Member], waiting: list[Waiting], pointer: str | None
) -> None:
    made = _plan(strategy, members, waiting, pointer)
    loads = _loads(members, made)
    offered = {offer.interaction_id for offer in made.offers}
    left = [one for one in waiting if one.interaction_id not in offered and one.step_ends_at > NOW]
    free = [m.agent_id for m in members if m.available and (m.capacity == 0 or loads[m.agent_id] < m.capacity)]
    assert all(agent in one.refused_at(NOW) for one in left for agent in free)


@given(STRATEGIES, MEMBERS, WAITING, POINTERS)
def test_a_plan_is_the_same_for_the_same_situation(
    strategy: Strategy, members: list[Member], waiting: list[Waiting], pointer: str | None
) -> None:
    assert _plan(strategy, members, waiting, pointer) == _plan(strategy, members, waiting[::-1], pointer)


@given(st.integers(1, 7), st.integers(1, 5), st.integers(1, 5), POINTERS)
def test_rrmemory_gives_everybody_the_same_share(agents: int, rounds: int, batch: int, pointer: str | None) -> None:
    members = [_agent(name, 0) for name in "abcdefg"[:agents]]
    waiting = [_waiting(f"x{n}", 1000 - n) for n in range(agents * rounds)]
    shares: Counter[str] = Counter()
    for start in range(0, len(waiting), batch):
        made = _plan(Strategy.RRMEMORY, members, waiting[start : start + batch], pointer)
        shares.update(agent for offer in made.offers for agent in offer.agent_ids)
        pointer = made.pointers[LINE]
    assert set(shares.values()) == {rounds}
    assert len(shares) == agents


def _lines(*lines: tuple[str, int, tuple[str, ...]], strategy: Strategy = Strategy.RRMEMORY) -> list[Line]:
    return [Line(name, strategy, AGENT_TIMEOUT, members, weight) for name, weight, members in lines]


def _at(target: str, interaction_id: str, since: int) -> Waiting:
    return replace(_waiting(interaction_id, since), target=target)


def test_what_weighs_more_comes_first_and_then_what_waits_longest() -> None:
    lines = _lines(("light", 0, ("a",)), ("heavy", 5, ("a",)), ("other", 5, ("a",)))
    waiting = [_at("light", "oldest", 99), _at("heavy", "young", 1), _at("other", "older", 2)]
    for room, expected in ((1, ["older"]), (2, ["older", "young"]), (3, ["older", "young", "oldest"])):
        assert [name for name, _ in _given(plan(lines, [_agent("a", room)], waiting, NOW, PAUSE))] == expected


def test_a_light_target_gets_the_agents_whom_the_heavy_one_does_not_need() -> None:
    lines = _lines(("heavy", 9, ("a", "b")), ("light", 0, ("b", "c")))
    waiting = [_at("light", "l1", 9), _at("light", "l2", 8), _at("heavy", "h1", 1)]
    made = plan(lines, [_agent("a"), _agent("b"), _agent("c")], waiting, NOW, PAUSE)
    assert dict(_given(made)) == {"h1": ("a",), "l1": ("b",), "l2": ("c",)}
    assert made.pointers == {"heavy": "a", "light": "c"}


def test_an_agent_who_is_full_is_full_for_all_targets() -> None:
    lines = _lines(("one", 0, ("a", "b")), ("two", 0, ("b",)), strategy=Strategy.BEEPALL)
    made = plan(lines, [_agent("a"), _agent("b")], [_at("one", "x", 9), _at("two", "y", 8)], NOW, PAUSE)
    assert _given(made) == [("x", ("a", "b"))]


def test_least_recent_asks_whom_this_queue_notified_longest_ago() -> None:
    engaged = {"a": NOW - timedelta(seconds=9), "b": NOW - timedelta(seconds=99), "c": NOW - timedelta(seconds=50)}
    line = Line(LINE, Strategy.LEAST_RECENT, AGENT_TIMEOUT, ("a", "b", "c", "d"), engaged=engaged)
    waiting = [_waiting(f"x{n}", 9 - n) for n in range(6)]
    made = plan([line], [_agent(name, 0) for name in "abcd"], waiting, NOW, PAUSE)
    assert [agents for _, agents in _given(made)] == [("d",), ("b",), ("c",), ("a",), ("d",), ("b",)]


def test_fewest_open_asks_who_has_least_and_counts_what_this_plan_gives() -> None:
    members = [_agent("a", 0, held=2), _agent("b", 0, held=1), _agent("c", 2, held=1)]
    line = Line(LINE, Strategy.FEWEST_OPEN, AGENT_TIMEOUT, ("a", "b", "c"))
    made = plan([line], members, [_waiting(f"x{n}", 9 - n) for n in range(5)], NOW, PAUSE)
    assert [agents for _, agents in _given(made)] == [("b",), ("c",), ("a",), ("b",), ("a",)]


def test_fewest_open_counts_what_another_target_gives() -> None:
    lines = [
        Line("one", Strategy.FEWEST_OPEN, AGENT_TIMEOUT, ("a", "b"), weight=1),
        Line("two", Strategy.FEWEST_OPEN, AGENT_TIMEOUT, ("a", "b")),
    ]
    made = plan(lines, [_agent("a", 0), _agent("b", 0)], [_at("one", "x", 1), _at("two", "y", 1)], NOW, PAUSE)
    assert _given(made) == [("x", ("a",)), ("y", ("b",))]


@pytest.mark.parametrize(
    ("since", "refused", "held", "asked", "lasts"),
    [
        (5, NOBODY, 0, "b", 15),
        (19, NOBODY, 0, "b", 1),
        (20, NOBODY, 0, "a", 30),
        (5, frozenset("b"), 0, "a", 30),
        (5, NOBODY, 1, "a", 30),
    ],
    ids=["in time", "at the last moment", "too late", "has refused", "is full"],
)
def test_the_agent_whom_the_contact_knows_is_tried_first(
    since: int, refused: frozenset[str], held: int, asked: str, lasts: int
) -> None:
    line = Line(LINE, Strategy.RRMEMORY, AGENT_TIMEOUT, ("a", "b"), preferred_for=timedelta(seconds=20))
    one = replace(_waiting("x", since, refused), preferred="b")
    made = plan([line], [_agent("a"), _agent("b", held=held)], [one], NOW, PAUSE)
    assert made.offers == (PlannedOffer("x", (asked,), NOW + timedelta(seconds=lasts)),)
    assert made.pointers == ({} if asked == "b" else {LINE: "a"})
