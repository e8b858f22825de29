"""The walk along an account's action list (domain, section 5).

`Queue` and `Agent` block, `Webhook` holds the walk up until its answer; everything else acts at once and falls through.
Each entry visited leaves a line in the trace: its position, its action, and one of these outcomes with a value.

waiting           blocks; the target                 noted             the text
jumped, next      what the condition came to         skipped           why
missing position  the position, or the condition     deleted           the queue's or agent's id
failed            why it came to nothing             tagged, closed    the tag, the disposition
sent              the words, or their beginning      calling           the endpoint's host
answered          the attributes that it set         timed out

The end of a walk that nothing blocked or closed is `list: unmanaged` at position 0, with `end of list` or `step limit`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from contracts.actions import (
    Action,
    AgentAction,
    AutoReplyAction,
    CloseAction,
    GotoAction,
    GotoifAction,
    NoopAction,
    QueueAction,
    TagAction,
    WebhookAction,
)
from contracts.commands import agent_target, queue_target
from contracts.interactions import InteractionState
from contracts.lifecycle import NO_TARGET, inactive_at
from contracts.messages import InboundMessage
from contracts.queues import Queue
from router.engine.calls import call, hold
from router.engine.conditions import Facts, evaluate, local
from router.engine.configuration import CompiledAccount, RoutingConfiguration
from router.engine.draft import Draft
from router.engine.intervals import inside
from router.engine.replies import reply
from router.engine.values import ConversationState, Notify, ServeTarget
from runtime.conditions import Condition, Failed

MAX_STEPS = 100


def go_on(
    draft: Draft,
    account_id: str,
    state: ConversationState,
    configuration: RoutingConfiguration,
    position: int,
    steps: int = 0,
) -> None:
    """Walk on from this entry; without an account there is no list, and nobody routes any more."""
    compiled = configuration.find(account_id)
    if compiled is not None:
        Walk(draft, compiled, configuration, state, state.message, steps).run(position)
        return
    draft.move(InteractionState.WAITING, **NO_TARGET, steps=0, unmanaged=True, queue_id=None, cursor=0)
    draft.note(0, "list", "unmanaged", "account deleted")
    draft.emit(Notify(settle=True))


@dataclass(slots=True)
class Walk:
    """One walk: from an entry to one that blocks or closes, or to the end of the list."""

    draft: Draft
    compiled: CompiledAccount
    configuration: RoutingConfiguration
    state: ConversationState
    message: InboundMessage | None
    steps: int = 0
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.now = local(self.draft.now, self.compiled.zone)

    def run(self, position: int) -> None:
        """Walk from this entry on. Offers that are still out fall."""
        self._begin()
        actions = self.compiled.account.actions
        while position <= len(actions) and self.steps < MAX_STEPS:
            self.steps += 1
            following = self._visit(position, actions[position - 1])
            if following is None:
                return
            position = following
        self._leave("end of list" if position > len(actions) else "step limit")

    def _begin(self) -> None:
        if self.draft.interaction.offered_to:
            self.draft.emit(Notify(settle=True))
        version = self.configuration.configuration.version
        self.draft.move(InteractionState.ROUTING, unmanaged=False, config_version=version, **NO_TARGET, steps=0)

    def _leave(self, why: str) -> None:
        until = inactive_at(self.draft.interaction, self.draft.now)
        self.draft.move(InteractionState.WAITING, unmanaged=True, queue_id=None, cursor=0, inactive_at=until)
        self.draft.note(0, "list", "unmanaged", why)

    def _visit(self, position: int, entry: Action) -> int | None:  # noqa: PLR0911 - one return for each kind of entry
        """The position to go on with; None when the walk is over."""
        if reason := self._outside(entry):
            self.draft.note(position, entry.action, "skipped", reason)
            return position + 1
        match entry:
            case QueueAction() | AgentAction():
                return self._block(position, entry)
            case GotoifAction() | GotoAction():
                return self._jump(position, entry)
            case CloseAction():
                self._close(position, entry)
                return None
            case TagAction() | NoopAction():
                return self._mark(position, entry)
            case AutoReplyAction():
                reply(self.draft, self._facts, position, entry)
                return position + 1
            case WebhookAction():
                self._call(position, entry)
                return None
            case _:
                assert_never(entry)

    def _outside(self, entry: Action) -> str | None:
        if entry.interval is None:
            return None
        interval = self.configuration.configuration.intervals.get(entry.interval)
        if interval is None:
            return "its interval was deleted"
        return None if inside(interval, self.now) else f"outside of {interval.name}"

    def _block(self, position: int, entry: QueueAction | AgentAction) -> int | None:
        configuration = self.configuration.configuration
        if isinstance(entry, QueueAction):
            queue, target, present = entry.queue, queue_target(entry.queue), entry.queue in configuration.queues
        else:
            queue, target, present = None, agent_target(entry.agent), entry.agent in configuration.agents
        if not present:
            self.draft.note(position, entry.action, "deleted", target)
            return position + 1
        if queue is not None and self._deserted(configuration.queues[queue]):
            self.draft.note(position, entry.action, "skipped", "no agent is logged in")
            return position + 1
        before = self.draft.interaction
        self.draft.move(
            InteractionState.WAITING,
            waiting_for=target,
            waiting_since=self.draft.now,
            queue_id=queue,
            cursor=position,
            step=before.step + 1,
            step_ends_at=self.draft.now + timedelta(seconds=entry.timeout),
            round=before.round + 1,
        )
        self.draft.emit(ServeTarget(target))
        self.draft.note(position, entry.action, "waiting", target)
        return None

    def _deserted(self, queue: Queue) -> bool:
        figures = self.state.queues.get(queue.name)
        return queue.skip_without_agents and figures is not None and figures.agents_logged_in == 0

    def _call(self, position: int, entry: WebhookAction) -> None:
        hold(self.draft, position, entry, self.steps)
        self.draft.emit(call(entry, self._facts))
        self.draft.note(position, entry.action, "calling", entry.host)

    def _jump(self, position: int, entry: GotoifAction | GotoAction) -> int:
        if isinstance(entry, GotoAction):
            return self._land(position, entry.action, entry.position, str(entry.position))
        holds = self._condition(position)
        if isinstance(holds, Failed):
            self.draft.note(position, entry.action, "failed", holds.reason)
            return position + 1
        aim = entry.if_true if holds else entry.if_false
        return self._land(position, entry.action, aim, "true" if holds else "false")

    def _land(self, position: int, action: str, aim: int | None, value: str) -> int:
        missing = aim is not None and aim > len(self.compiled.account.actions)
        outcome = "next" if aim is None else "missing position" if missing else "jumped"
        self.draft.note(position, action, outcome, value)
        return position + 1 if aim is None or missing else aim

    def _condition(self, position: int) -> bool | Failed:
        condition = self.compiled.conditions[position]
        if not isinstance(condition, Condition):
            return condition
        return evaluate(condition, self._facts)

    @property
    def _facts(self) -> Facts:
        return Facts(self.compiled, self.configuration, self.state, self.message, self.draft.interaction, self.now)

    def _close(self, position: int, entry: CloseAction) -> None:
        self.draft.move(
            InteractionState.CLOSED,
            open=False,
            closed_at=self.draft.now,
            cursor=position,
            disposition=(entry.disposition,),
        )
        self.draft.emit(Notify(settle=True))
        self.draft.note(position, entry.action, "closed", entry.disposition)

    def _mark(self, position: int, entry: TagAction | NoopAction) -> int:
        if isinstance(entry, NoopAction):
            self.draft.note(position, entry.action, "noted", entry.text)
            return position + 1
        tags = self.draft.interaction.tags
        if entry.tag not in tags:
            self.draft.change(tags=(*tags, entry.tag))
        self.draft.note(position, entry.action, "tagged", entry.tag)
        return position + 1
