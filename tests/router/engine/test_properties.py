"""Laws that hold for every action list and every order of events."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.events import Event
from contracts.interactions import Interaction, InteractionState
from contracts.lifecycle import due_of
from router.engine import (
    ConversationState,
    Decision,
    RejectSender,
    RoutingConfiguration,
    SendReply,
    StoreMessage,
    decide,
)
from router.engine.walk import MAX_STEPS
from tests.router.engine.builders import (
    NOW,
    SENDER,
    accepted,
    deadline,
    endpoint_answered,
    message,
    received,
    rejected,
    routing,
    whitelists_of,
)

QUEUES = st.sampled_from(["sales", "support", "gone"])
AGENTS = st.sampled_from(["anna", "bruno", "gone"])
POSITIONS = st.integers(1, 8)
CONDITIONS = st.sampled_from(
    [
        "true",
        "message.text == 'Hello'",
        "message.text.matches('(a+)+$')",
        "interaction.message_count > 2",
        "contact.attributes.nope == 1",
        "queue.Sales.waiting > 1",
        "interval('Office hours')",
        "interval('Gone')",
        "now.getMinutes() % 2 == 0",
        "'a' in interaction.tags",
        "not valid",
    ]
)
INTERVALS = st.sampled_from([None, None, None, "office", "gone"])


def _entry(action: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"action": st.just(action), "interval": INTERVALS, **fields})


ENTRIES = st.one_of(
    _entry("Queue", queue=QUEUES, timeout=st.integers(1, 120)),
    _entry("Agent", agent=AGENTS, timeout=st.integers(1, 120)),
    _entry("Gotoif", condition=CONDITIONS, if_true=st.none() | POSITIONS, if_false=st.none() | POSITIONS),
    _entry("Goto", position=POSITIONS),
    _entry("Tag", tag=st.sampled_from("ab")),
    _entry("Noop"),
    _entry("Close", disposition=st.just("Done")),
    _entry(
        "AutoReply",
        text=st.sampled_from(["Hi", "Hi {contact.name|you}", "{contact.attributes.none}", "{not valid"]),
        times=st.sampled_from(["once", "always", "first_message"]),
    ),
    _entry("Webhook", url=st.just("https://hooks.example"), timeout=st.integers(1, 30)),
)
LISTS = st.lists(ENTRIES, max_size=7)
OF_THE_ROUTER = ["message", "message", "tick", "tick", "late reject", "answer", "answer", "failure", "late answer"]
OF_AGENTS = ["offer", "accept", "reject", "close"]
MOVES = st.lists(
    st.tuples(
        st.sampled_from([*OF_THE_ROUTER, *OF_AGENTS]),
        st.integers(0, 90),
        st.text(max_size=5) | st.just("Hello"),
    ),
    max_size=25,
)


@dataclass
class Shell:
    """What stands around the engine, as small as it can be: it stores what is decided and does what people do."""

    routing: RoutingConfiguration
    now: datetime = NOW
    stored: Interaction | None = None
    last: Interaction | None = None
    messages: int = 0
    decisions: list[Decision] = field(default_factory=list)
    ended: list[Interaction] = field(default_factory=list)

    def handle(self, event: Event) -> None:
        before = self.stored
        state = ConversationState(interaction=before, message=message(), last=self.last)
        decision = decide(event, state, self.routing, self.now)
        assert decision == decide(event, state, self.routing, self.now)
        self.decisions.append(decision)
        self._check(before, decision)
        after = decision.interaction or before
        self.ended = [one for one in self.ended if after is None or one.id != after.id]
        if after is not None and not after.open:
            self.end(after)
            after = None
        self.stored = after

    def end(self, interaction: Interaction) -> None:
        self.ended.append(interaction)
        self.last = interaction

    def _check(self, before: Interaction | None, decision: Decision) -> None:
        after = decision.interaction
        assert len(decision.trace) <= MAX_STEPS + 3
        if after is None:
            return
        entries = len(self.routing.account("acc").account.actions)
        assert 0 <= after.cursor <= entries
        assert after.round >= (before.round if before else 0)
        assert after.step >= (before.step if before else 0)
        added = [e for e in decision.effects if isinstance(e, StoreMessage | SendReply)]
        first = after.sequence - len(added) + 1
        assert [effect.sequence for effect in added] == list(range(first, after.sequence + 1))
        assert after.steps <= MAX_STEPS
        assert after.open is (after.state is not InteractionState.CLOSED)
        if before is not None and before.owner is not None:
            assert decision.trace == ()
            assert (after.state, after.owner, after.cursor) == (before.state, before.owner, before.cursor)
        elif after.open:
            held_up = after.waiting_for is not None or after.state is InteractionState.ROUTING
            assert after.unmanaged is not held_up
            assert held_up is (after.due_at is not None)
            assert after.due_at == due_of(after)

    def offer(self) -> None:
        if self.stored and self.stored.state is InteractionState.WAITING and self.stored.waiting_for:
            ends = self.now + timedelta(seconds=20)
            self.store(
                state=InteractionState.OFFERED, offered_to=("anna",), offer_ends_at=ends, round=self.stored.round + 1
            )

    def store(self, **fields: object) -> None:
        assert self.stored is not None
        changed = self.stored.model_copy(update=fields)
        if changed.owner is None:
            changed = changed.model_copy(update={"due_at": due_of(changed)})
        self.stored = Interaction.model_validate(changed.model_dump())

    def move(self, what: str, seconds: int, text: str) -> None:
        self.now += timedelta(seconds=seconds)
        interaction_id = self.stored.id if self.stored else "none"
        match what:
            case "message":
                self.messages += 1
                self.handle(received(text, event_id=f"e{self.messages}", received_at=self.now))
            case "tick":
                self.handle(deadline(self.now, interaction_id=interaction_id))
            case "late reject" if self.stored:
                self.handle(rejected(round_=self.stored.round - 1, interaction_id=interaction_id))
                assert self.decisions[-1] == Decision()
            case "answer" | "failure" | "late answer" if self.stored:
                self.answer(what, self.stored, seconds)
            case _:
                if self.stored:
                    self.work(what, self.stored)

    def work(self, what: str, before: Interaction) -> None:
        """What distributor and agents do, and what the router hears of it."""
        match what:
            case "offer":
                self.offer()
            case "accept" if before.offered_to:
                self.store(state=InteractionState.ASSIGNED, owner="anna", offered_to=(), due_at=None)
                self.handle(accepted(interaction_id=before.id))
            case "reject" if before.offered_to:
                self.store(state=InteractionState.WAITING, offered_to=(), refused=("anna",))
                self.handle(rejected(round_=before.round, interaction_id=before.id))
            case "close" if before.owner:
                closed = {"state": InteractionState.CLOSED, "open": False, "closed_at": self.now}
                self.end(before.model_copy(update={**closed, "disposition": ("Done",)}))
                self.stored = None

    def answer(self, what: str, before: Interaction, number: int) -> None:
        held_up = before.state is InteractionState.ROUTING
        step = before.step - 1 if what == "late answer" else before.step
        answered: dict[str, object] = {"attributes": {"n": number}, "position": number or None}
        fields = {"failure": "no answer"} if what == "failure" else answered
        self.handle(endpoint_answered(step, interaction_id=before.id, **fields))
        if not held_up or what == "late answer":
            assert self.decisions[-1] == Decision()


@settings(max_examples=300, deadline=None)
@given(LISTS, MOVES, st.sampled_from([0, 1]))
def test_no_message_is_ever_lost(actions: list[dict[str, Any]], moves: list[tuple[str, int, str]], hours: int) -> None:
    shell = Shell(routing(actions, reopen_within=hours))
    for what, seconds, text in moves:
        shell.move(what, seconds, text)
        if what == "message":
            assert any(isinstance(effect, StoreMessage) for effect in shell.decisions[-1].effects)
    kept = sum(one.message_count for one in [*shell.ended, *([shell.stored] if shell.stored else [])])
    assert kept == shell.messages
    assert all(one.disposition == ("Done",) for one in shell.ended)


@settings(max_examples=100, deadline=None)
@given(LISTS, st.integers(0, 10_000_000))
def test_a_conversation_whose_time_passes_comes_to_rest(actions: list[dict[str, Any]], seconds: int) -> None:
    shell = Shell(routing(actions), now=NOW + timedelta(seconds=seconds))
    shell.move("message", 0, "Hello")
    for _ in range(10_000):
        if shell.stored is None or shell.stored.due_at is None or shell.stored.step > 20:
            break
        shell.now = shell.stored.due_at
        step = shell.stored.step
        shell.move("tick", 0, "")
        assert shell.stored is None or shell.stored.unmanaged or shell.stored.step == step + 1
    assert shell.ended or (shell.stored is not None and (shell.stored.unmanaged or shell.stored.step > 20))


@settings(max_examples=100, deadline=None)
@given(LISTS, st.booleans(), st.text(max_size=20))
def test_a_sender_is_rejected_or_kept_and_nothing_between(actions: list[Any], listed: bool, text: str) -> None:
    account = {"whitelist_mode": "only_listed", "whitelists": ["it"] if listed else ["one"]}
    state = ConversationState(whitelists=whitelists_of(SENDER))
    decision = decide(received(text), state, routing(actions, **account), NOW)
    refused = any(isinstance(effect, RejectSender) for effect in decision.effects)
    assert refused is not listed
    assert (decision.interaction is None) is refused
    assert refused is (len(decision.effects) == 1 and not decision.trace)


@settings(max_examples=100, deadline=None)
@given(LISTS, st.text(max_size=40))
def test_a_decision_changes_nothing_that_it_was_given(actions: list[Any], text: str) -> None:
    configuration = routing(actions)
    before = decide(received("Hello"), ConversationState(), configuration, NOW).interaction
    assert before is not None
    copy = Interaction.model_validate(before.model_dump())
    state = ConversationState(interaction=before if before.open else None)
    decide(received(text), state, configuration, NOW)
    assert before == copy
    assert state == replace(state)


@settings(max_examples=150, deadline=None)
@given(LISTS, MOVES, st.data())
def test_a_restart_at_any_point_changes_nothing(
    actions: list[dict[str, Any]], moves: list[tuple[str, int, str]], data: st.DataObject
) -> None:
    """Whoever restarts has what is stored, as documents, and compiles the configuration anew."""
    shell, other = Shell(routing(actions)), Shell(routing(actions))
    for number, (what, seconds, text) in enumerate(moves):
        if data.draw(st.booleans(), label=f"restart before move {number}"):
            other.routing = routing(actions)
            other.stored = reread(other.stored)
            other.last = reread(other.last)
        shell.move(what, seconds, text)
        other.move(what, seconds, text)
    assert shell.decisions == other.decisions
    assert (shell.stored, shell.ended) == (other.stored, other.ended)


def reread(interaction: Interaction | None) -> Interaction | None:
    return interaction and Interaction.model_validate_json(interaction.model_dump_json())


@settings(max_examples=100, deadline=None)
@given(LISTS, st.integers(1, 9))
def test_endpoints_that_answer_at_once_cannot_keep_a_message_going_round(actions: list[Any], position: int) -> None:
    """Jumps of answers count as steps: the hundredth is the last, however often the walk was held up between."""
    shell = Shell(routing(actions))
    shell.move("message", 0, "Hello")
    for _ in range(MAX_STEPS + 1):
        if shell.stored is None or shell.stored.state is not InteractionState.ROUTING:
            break
        shell.answer("answer", shell.stored, position)
    assert shell.stored is None or shell.stored.state is not InteractionState.ROUTING
