"""A case of `cases/`: what happens to one conversation, step by step, and what it must come to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, assert_never

from contracts.content import Text
from contracts.events import Event, MessageReceived, WebhookAnswered
from contracts.interactions import Interaction, InteractionState, TraceEntry
from contracts.messages import InboundMessage
from router.engine import (
    CallEndpoint,
    ConversationState,
    Decision,
    Effect,
    Notify,
    QueueFigures,
    RecordNotice,
    RecordStatus,
    RejectSender,
    RoutingConfiguration,
    SeedContact,
    SendReply,
    ServeTarget,
    StoreMessage,
    decide,
)
from tests.router.engine.builders import (
    CONTENT,
    NOW,
    SENDER,
    accepted,
    contact,
    deadline,
    interaction,
    rejected,
    routing,
    whitelists_of,
)

Case = Mapping[str, Any]
SETTING = {"name", "actions", "account", "at", "from", "profile_name", "contact", "lists", "figures", "interaction"}
WHAT = {"text", "content", "time", "offered", "accepts", "refuses", "answer", "closed", "actions_now"}
KEYS = SETTING | {"text", "content", "last", "then", "expect"}
STEP_KEYS = WHAT | {"after", "expect"}


@dataclass
class Story:
    """One conversation, as the shell would keep it."""

    case: Case
    now: datetime = NOW
    open: Interaction | None = None
    last: Interaction | None = None
    message: InboundMessage | None = None
    routing: RoutingConfiguration = field(init=False)

    def __post_init__(self) -> None:
        assert self.case.keys() <= KEYS, self.case.keys() - KEYS
        self.now = self.case.get("at", NOW)
        self.routing = routing(self.case["actions"], **self.case.get("account", {}))
        if "interaction" in self.case:
            self.open = interaction(**self.case["interaction"])
        if "last" in self.case:
            self.last = interaction(**{"state": "closed", "open": False, **self.case["last"]})

    def happen(self) -> Iterator[tuple[Case, Decision | None]]:
        """Everything that the case says, each with what is expected of it."""
        yield self.case["expect"], self._decide(self._message(self.case))
        for step in self.case.get("then", ()):
            assert step.keys() <= STEP_KEYS, step.keys() - STEP_KEYS
            self.now += timedelta(seconds=step.get("after", 0))
            yield step.get("expect", {}), self._step(step)

    def _step(self, step: Case) -> Decision | None:
        (what,) = step.keys() & WHAT
        match what:
            case "text" | "content":
                return self._decide(self._message(step))
            case "answer":
                return self._decide(self._answer(step["answer"]))
            case "time":
                assert self.open is not None
                return self._decide(deadline(self.now, interaction_id=self.open.id))
            case "accepts" | "refuses":
                return self._decide(self._agent(what, step[what]))
            case _:
                self._meanwhile(what, step[what])
                return None

    def _decide(self, event: Event) -> Decision:
        case = self.case
        state = ConversationState(
            interaction=self.open,
            contact=contact(**case["contact"]) if "contact" in case else None,
            lists=frozenset(case.get("lists", ())),
            queues={name: QueueFigures(*figures) for name, figures in case.get("figures", {}).items()},
            message=self.message,
            last=self.last,
            whitelists=whitelists_of(event.contact_key, case.get("lists", ())),
        )
        decision = decide(event, state, self.routing, self.now)
        if isinstance(event, MessageReceived):
            self.message = event.message
        self._keep(decision.interaction)
        return decision

    def _keep(self, after: Interaction | None) -> None:
        if after is not None and after.open:
            self.open = after
        elif after is not None:
            self.open, self.last = None, after

    def _message(self, step: Case) -> MessageReceived:
        sender = self.case.get("from", SENDER)
        content = (
            CONTENT.validate_python(step["content"]) if "content" in step else Text(text=step.get("text", "Hello"))
        )
        return MessageReceived(
            event_id="e1",
            correlation_id="c1",
            account_id="acc",
            contact_key=sender,
            received_at=self.now,
            message=InboundMessage(
                provider_id="wamid.1",
                contact_key=sender,
                profile_name=self.case.get("profile_name", "Ada"),
                sent_at=self.now,
                content=content,
            ),
        )

    def _answer(self, answer: Case) -> WebhookAnswered:
        assert self.open is not None
        fields = {"interaction_id": self.open.id, "step": self.open.step, **answer}
        base = {"event_id": "e2", "correlation_id": "c1", "account_id": "acc", "contact_key": SENDER}
        return WebhookAnswered(**base, received_at=self.now, **fields)

    def _agent(self, what: str, agent: str) -> Event:
        """What the console has stored by the time that the router hears of it."""
        assert self.open is not None
        before = self.open
        assert agent in before.offered_to
        if what == "accepts":
            self.open = before.model_copy(
                update={"state": InteractionState.ASSIGNED, "owner": agent, "offered_to": (), "due_at": None}
            )
            return accepted(agent, interaction_id=before.id)
        left = tuple(one for one in before.offered_to if one != agent)
        state = InteractionState.OFFERED if left else InteractionState.WAITING
        self.open = before.model_copy(update={"state": state, "offered_to": left, "refused": (*before.refused, agent)})
        return rejected(agent, before.round, interaction_id=before.id)

    def _meanwhile(self, what: str, value: Any) -> None:  # noqa: ANN401 - as the case has it
        """What others than the router do."""
        match what:
            case "offered":
                self._offer(tuple(value["to"]), value["for"])
            case "closed":
                assert self.open is not None
                closed = {"state": InteractionState.CLOSED, "open": False, "closed_at": self.now, "due_at": None}
                self.last = self.open.model_copy(update=closed)
                self.open = None
            case "actions_now":
                self.routing = routing(value, **self.case.get("account", {}))
            case _:
                raise AssertionError(what)

    def _offer(self, agents: tuple[str, ...], seconds: int) -> None:
        assert self.open is not None
        assert self.open.state is InteractionState.WAITING
        ends = self.now + timedelta(seconds=seconds)
        step_ends = self.open.step_ends_at or ends
        self.open = self.open.model_copy(
            update={
                "state": InteractionState.OFFERED,
                "offered_to": agents,
                "round": self.open.round + 1,
                "offer_ends_at": ends,
                "due_at": min(ends, step_ends),
            }
        )

    def found(self, decision: Decision | None, key: str) -> object:
        """What has come of it, in the words of the cases."""
        if key == "trace":
            return [_line(entry) for entry in decision.trace] if decision else []
        if key == "effects":
            return [_word(effect) for effect in decision.effects] if decision else []
        interaction = self.open or self.last
        assert interaction is not None
        value = getattr(interaction, key)
        return list(value) if isinstance(value, tuple) else value


def _line(entry: TraceEntry) -> str:
    line = f"{entry.position} {entry.action} {entry.outcome}"
    return line if entry.value is None else f"{line}: {entry.value}"


def _word(effect: Effect) -> str:  # noqa: C901, PLR0911 - one word for each kind of effect
    match effect:
        case StoreMessage(sequence=sequence):
            return f"store {sequence}"
        case SeedContact(contact=seed):
            return f"seed {seed.name}"
        case ServeTarget(target=target):
            return f"serve {target}"
        case Notify(settle=settle):
            return "settle" if settle else "notify"
        case RejectSender(refusal=refusal):
            return f"reject: {refusal}" if refusal else "reject"
        case SendReply(position=position, text=text):
            return f"reply {position}: {text}"
        case CallEndpoint(url=url, timeout=timeout):
            return f"call {url} for {timeout} s"
        case RecordStatus() | RecordNotice():
            return "record"
        case _:
            assert_never(effect)
