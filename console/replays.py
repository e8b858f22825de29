"""Replays: asked for, followed, stopped and gone on with; and what the event log holds."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from console.checks import check_account, check_queue
from console.dependencies import ConsoleDependencies
from console.moments import cursor_of, place_of
from console.resources import Limit, Paged
from contracts.access import INSPECTING, OPERATING
from contracts.base import Value, new_id
from contracts.configuration import Configuration
from contracts.errors import ConfigurationFault, Conflict, NotFound
from contracts.replay import LogFacts, Replay, ReplayMode, ReplayRequest
from runtime.http import Call, Nothing, Route
from runtime.logging import get_logger
from runtime.proposals import proposed

log = get_logger(__name__)

_TAG = "replays"


class ReplayQuery(Value):
    """Which part of the list."""

    limit: Limit = 50
    cursor: Annotated[str | None, Field(max_length=200)] = None


class ReplayApi:
    """The operations on replays. They are carried out by a replayer, whoever asks for them."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._store = dependencies.replays
        self._cache = dependencies.configuration_cache
        self._event_log = dependencies.event_log
        self._clock = dependencies.clock
        self._webhook_hosts = dependencies.webhook_hosts

    async def create(self, call: Call[ReplayRequest, Nothing]) -> Replay:
        """Ask for one."""
        asked = call.body.model_copy(update={"requested_by": call.body.requested_by or call.principal.name})
        _check_times(asked, await self._event_log())
        if asked.proposed is not None:
            await self._check_proposal(asked)
        replay = Replay(id=new_id(), created_at=self._clock(), **dict(asked))
        await self._store.add(replay)
        log.info("replay.asked_for", id=replay.id, mode=replay.mode, dry_run=replay.dry_run, by=replay.requested_by)
        return replay

    async def _check_proposal(self, asked: ReplayRequest) -> None:
        if asked.mode is not ReplayMode.SIMULATE:
            raise ConfigurationFault("proposed", "is for simulations only")
        await self._cache.changed()
        try:
            _check(proposed(self._cache.current, asked.proposed or {}), asked.proposed or {}, self._webhook_hosts)
        except ConfigurationFault as fault:
            raise ConfigurationFault(f"proposed.{fault.field}", fault.rule, fault.position) from fault

    async def list(self, call: Call[Nothing, ReplayQuery]) -> Paged[Replay]:
        """A page, the latest first."""
        limit = call.query.limit
        found = await self._store.find(limit + 1, place_of(call.query.cursor))
        shown = tuple(found[:limit])
        return Paged[Replay](
            items=shown, cursor=cursor_of(shown[-1].created_at, shown[-1].id) if len(found) > limit else None
        )

    async def read(self, call: Call[Nothing, Nothing]) -> Replay:
        """One replay, and how far it is."""
        return await self._existing(call.path["id"])

    async def stop(self, call: Call[Nothing, Nothing]) -> Replay:
        """Have it stop where it is."""
        replay = await self._store.stop(call.path["id"], self._clock())
        return replay or await self._refused(call.path["id"], "stopped")

    async def resume(self, call: Call[Nothing, Nothing]) -> Replay:
        """Have it go on where it was."""
        replay = await self._store.resume(call.path["id"])
        return replay or await self._refused(call.path["id"], "resumed")

    async def log(self, _call: Call[Nothing, Nothing]) -> LogFacts:
        """What the event log holds."""
        return await self._event_log()

    async def _refused(self, replay_id: str, what: str) -> Replay:
        replay = await self._existing(replay_id)
        raise Conflict(f"the replay is {replay.state}: it cannot be {what}")

    async def _existing(self, replay_id: str) -> Replay:
        replay = await self._store.get(replay_id)
        if replay is None:
            raise NotFound(f"there is no replay {replay_id}")
        return replay


def _check_times(asked: ReplayRequest, log_facts: LogFacts) -> None:
    since, until, oldest = asked.filter.since, asked.filter.until, log_facts.oldest_at
    if since and until and since >= until:
        raise ConfigurationFault("filter.until", "must be later than filter.since")
    if since and oldest and log_facts.first_offset and since < oldest:
        raise ConfigurationFault("filter.since", f"is no longer kept: the event log begins at {oldest.isoformat()}")


def _check(configuration: Configuration, patch: dict[str, Any], webhook_hosts: frozenset[str]) -> None:
    for name in patch.get("accounts", {}):
        account = configuration.accounts.get(name) or configuration.accounts_by_key.get(name.lower())
        if account is not None:
            check_account(account, configuration, webhook_hosts)
    for name in patch.get("queues", {}):
        if name in configuration.queues:
            check_queue(configuration.queues[name], configuration)


def replay_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of replays."""
    api, one, missing = ReplayApi(dependencies), "/api/replays/{id}", HTTPStatus.NOT_FOUND
    yield Route(
        method="POST",
        path="/api/replays",
        handler=api.create,
        access=OPERATING,
        audited="requested",
        summary="Go through a stretch of the event log: repair, redeliver or simulate; count first with dry_run",
        tag=_TAG,
        request=ReplayRequest,
        response=Replay,
        status=HTTPStatus.CREATED,
    )
    yield Route(
        method="GET",
        path="/api/replays",
        handler=api.list,
        access=INSPECTING,
        summary="List replays, the latest first",
        tag=_TAG,
        query=ReplayQuery,
        response=Paged[Replay],
    )
    yield Route(
        method="GET",
        path=one,
        handler=api.read,
        access=INSPECTING,
        summary="Read a replay, and how far it is",
        tag=_TAG,
        response=Replay,
        errors=(missing,),
    )
    for what, handler, done, summary in (
        ("stop", api.stop, "stopped", "Stop a replay where it is"),
        ("resume", api.resume, "resumed", "Have a replay go on where it was stopped or failed"),
    ):
        yield Route(
            method="POST",
            path=f"{one}/{what}",
            handler=handler,
            access=OPERATING,
            audited=done,
            summary=summary,
            tag=_TAG,
            response=Replay,
            errors=(missing, HTTPStatus.CONFLICT),
        )
    yield Route(
        method="GET",
        path="/api/event-log",
        handler=api.log,
        access=INSPECTING,
        summary="Read how far back the event log goes, and how large it is, about",
        tag=_TAG,
        response=LogFacts,
    )
