"""What agents and supervisors do with an interaction after somebody has it: close, transfer, assign, pick up.

Each click is one conditional update, made at once; what follows from it travels through the broker.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from console.clicks import ActorQuery, Clicks, associated, owned
from console.dependencies import ConsoleDependencies
from contracts.access import SUPERVISING, WORKING
from contracts.accounts import Account
from contracts.base import Count, Id, Value
from contracts.commands import agent_target, queue_target
from contracts.configuration import Configuration
from contracts.desk import BETWEEN_LEVELS, MOST_LEVELS, DispositionScope, Level, places
from contracts.errors import ConfigurationFault, Conflict, NotFound
from contracts.events import InteractionChange
from contracts.interactions import Interaction, InteractionState, TransferAttempt, TransferOutcome, check_transition
from contracts.lifecycle import assigning, closing, moved, returning, transferring, wrapping_up
from contracts.queues import AgentState, Queue
from runtime.http import Call, Nothing, Route

_TAG = "interactions"
_S, _C = InteractionState, InteractionChange
WRAPUP_PAUSE = "wrap-up"
"""The pause of whoever has a disposition to give, where the account names none."""
Disposition = Annotated[tuple[Level, ...], Field(min_length=1, max_length=MOST_LEVELS)]


class CloseInput(Value):
    """How it ended, from the first level down. `seen` is the number of the last message that was looked at."""

    disposition: Disposition | None = None
    seen: Count | None = Field(None, description="Given, the interaction stays open if there is a later message.")


class DispositionInput(Value):
    """How it ended, from the first level down."""

    disposition: Disposition


class TransferInput(Value):
    """To whom: an agent or a queue; and what they should know."""

    agent: Id | None = None
    queue: Id | None = None
    note: Annotated[str, StringConstraints(max_length=2000)] = ""

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.agent is None) == (self.queue is None):
            raise ValueError("needs either an agent or a queue")
        return self

    @property
    def target(self) -> str:
        """The distribution target."""
        return agent_target(self.agent) if self.agent is not None else queue_target(self.queue or "")


class AssignInput(Value):
    """To whom."""

    agent: Id


class WorkApi:
    """The operations on interactions that somebody has, or should have."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._with = dependencies
        self._clicks = Clicks(dependencies)

    async def close(self, call: Call[CloseInput, ActorQuery]) -> Interaction:
        """Close; or have the owner give a disposition first, where the account insists on one."""
        body, by = call.body, call.query.agent
        account = await self._clicks.account(await self._clicks.interaction(call.path["id"]))

        def step(one: Interaction) -> Interaction:
            check_transition(one.state, _S.CLOSED)
            owned(one, by)
            if by is not None and one.transfer is not None:
                raise Conflict("the interaction is being transferred: take it back first")
            if body.seen is not None and one.last_inbound > body.seen:
                raise Conflict("the customer has written again")
            if account is not None and account.mandatory_disposition.enabled and body.disposition is None:
                return _wrapped_up(one, account, self._with.clock())
            return self._closed(one, body.disposition or ())

        settled = await self._with.lifecycle.change(call.path["id"], step)
        change = _C.CLOSED if settled.interaction.state is _S.CLOSED else _C.WRAPPED_UP
        return await self._clicks.done(settled, change, by, BETWEEN_LEVELS.join(settled.interaction.disposition))

    async def dispose(self, call: Call[DispositionInput, ActorQuery]) -> Interaction:
        """Give the disposition that was still to be given."""
        by, given = call.query.agent, call.body.disposition

        def step(one: Interaction) -> Interaction:
            if one.state is not _S.WRAPUP:
                raise Conflict(f"the interaction is {one.state}: a disposition is given in wrap-up, or at closing")
            owned(one, by)
            return self._closed(one, given)

        settled = await self._with.lifecycle.change(call.path["id"], step)
        return await self._clicks.done(settled, _C.CLOSED, by, BETWEEN_LEVELS.join(given))

    async def transfer(self, call: Call[TransferInput, ActorQuery]) -> Interaction:
        """Have a transfer offered to its target; it comes back if nobody accepts it in time."""
        by, wanted = call.query.agent, call.body
        account = await self._clicks.account(await self._clicks.interaction(call.path["id"]))
        if account is None or not account.transfer.enabled:
            raise Conflict("the account has transfers switched off")
        await self._check_target(wanted)

        def step(one: Interaction) -> Interaction:
            now = self._with.clock()
            check_transition(one.state, _S.WAITING)
            if one.state is not _S.ASSIGNED or one.owner is None:
                raise Conflict(f"the interaction is {one.state}: only one that somebody has is transferred")
            owned(one, by)
            _check_transferable(one, wanted)
            attempt = TransferAttempt(sender=one.owner, target=wanted.target, note=wanted.note, at=now)
            return moved(
                one, transferring(one, attempt, wanted.queue, now + timedelta(seconds=account.transfer.timeout))
            )

        settled = await self._with.lifecycle.change(call.path["id"], step)
        return await self._clicks.done(settled, _C.TRANSFERRED, by, wanted.target)

    async def take_back(self, call: Call[Nothing, ActorQuery]) -> Interaction:
        """End a transfer that nobody has accepted yet."""
        by = call.query.agent

        def step(one: Interaction) -> Interaction:
            if one.transfer is None:
                raise Conflict(f"the interaction is {one.state}, and not being transferred")
            owned(one, by)
            return moved(one, returning(one, TransferOutcome.WITHDRAWN, self._with.clock()))

        return await self._clicks.done(await self._with.lifecycle.change(call.path["id"], step), _C.TAKEN_BACK, by)

    async def assign(self, call: Call[AssignInput, Nothing]) -> Interaction:
        """Give an interaction to an agent, whatever they have already, and whoever had it."""
        return await self._assign(call.path["id"], call.body.agent, _C.ASSIGNED, None)

    async def take_over(self, call: Call[Nothing, Nothing]) -> Interaction:
        """Take an interaction from whoever has it."""
        return await self._assign(call.path["interaction"], call.path["id"], _C.TAKEN_OVER, call.path["id"])

    async def _assign(
        self, interaction_id: str, agent_id: str, change: InteractionChange, by: str | None
    ) -> Interaction:
        agent = await self._clicks.agent(agent_id)

        def step(one: Interaction) -> Interaction:
            check_transition(one.state, _S.ASSIGNED)
            if one.state is _S.ASSIGNED and one.owner == agent.id:
                raise Conflict(f"the interaction is {agent.id}'s already")
            return moved(one, assigning(one, agent.id, self._with.clock()))

        return await self._clicks.done(await self._with.lifecycle.change(interaction_id, step), change, by, agent.id)

    async def pick_up(self, call: Call[Nothing, Nothing]) -> Interaction:
        """Take what nobody has accepted."""
        agent = await self._clicks.agent(call.path["id"])
        interaction = await self._clicks.interaction(call.path["interaction"])
        associated(await self._clicks.account(interaction), agent.id)
        settled = await self._with.lifecycle.pick_up(interaction.id, agent)
        return await self._clicks.done(settled, _C.PICKED_UP, agent.id)

    def _closed(self, interaction: Interaction, disposition: tuple[str, ...]) -> Interaction:
        if disposition:
            _check_disposition(disposition, interaction, self._with.configuration_cache.current)
        return moved(interaction, closing(interaction, disposition, self._with.clock()))

    async def _check_target(self, wanted: TransferInput) -> None:
        if wanted.queue is not None:
            if await self._with.configuration_store.get(Queue, wanted.queue) is None:
                raise NotFound(f"there is no queue {wanted.queue}")
            return
        agent = await self._clicks.agent(wanted.agent or "")
        presence = await self._with.presence.get(agent.id)
        if presence.state is not AgentState.AVAILABLE:
            raise Conflict(f"{agent.id} is not available")


def _check_transferable(interaction: Interaction, wanted: TransferInput) -> None:
    if wanted.agent == interaction.owner:
        raise Conflict(f"the interaction is {wanted.agent}'s already")
    if not interaction.message_count:
        raise Conflict("the customer has not written yet: only what they have begun or answered is transferred")


def _wrapped_up(interaction: Interaction, account: Account, now: datetime) -> Interaction:
    if interaction.owner is None:
        raise ConfigurationFault("disposition", "must be given: the account insists on one, and nobody could later")
    return moved(interaction, wrapping_up(account.mandatory_disposition.pause or WRAPUP_PAUSE, now))


def _check_disposition(given: tuple[str, ...], interaction: Interaction, configuration: Configuration) -> None:
    """Refuse what is none of the dispositions that apply; where none are configured, any words will do."""
    account = configuration.accounts.get(interaction.account_id)
    where = places(
        {
            DispositionScope.ACCOUNT: interaction.account_id,
            DispositionScope.LIST: account.list_id if account else None,
            DispositionScope.QUEUE: interaction.queue_id,
        }
    )
    known = {one.levels for one in configuration.dispositions.values() if one.applies_to in where}
    if known and given not in known:
        raise ConfigurationFault("disposition", "is none of those that may be given here")


def work_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of working on interactions."""
    api, one, entry = WorkApi(dependencies), "/api/interactions/{id}", "/api/agents/{id}/queue/{interaction}"
    clicks = (
        ("POST", f"{one}/close", api.close, "Close an interaction", CloseInput, ActorQuery),
        ("PUT", f"{one}/disposition", api.dispose, "Give the disposition in wrap-up", DispositionInput, ActorQuery),
        ("POST", f"{one}/transfer", api.transfer, "Transfer to an agent or a queue", TransferInput, ActorQuery),
        ("DELETE", f"{one}/transfer", api.take_back, "Take a transfer back", None, ActorQuery),
        ("POST", f"{one}/assign", api.assign, "Assign to an agent", AssignInput, None),
        ("POST", f"{entry}/take-over", api.take_over, "Take over from whoever has it", None, None),
        ("POST", f"{entry}/pick-up", api.pick_up, "Pick up what nobody has accepted", None, None),
    )
    supervisors = (api.assign, api.take_over)
    for method, path, handler, summary, request, query in clicks:
        yield Route(
            method=method,
            path=path,
            handler=handler,
            access=SUPERVISING if handler in supervisors else WORKING,
            summary=summary,
            tag=_TAG,
            request=request,
            query=query,
            response=Interaction,
            errors=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
        )
