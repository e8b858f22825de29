"""What sessions are ended by: people who change their password, and supervisors who log an agent out."""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any

from pydantic import SecretStr

from console.agents import AgentApi, StateInput
from console.audit_entries import Auditor
from console.authentication import SESSION
from console.dependencies import ConsoleDependencies
from console.sessions import Password, SessionApi
from console.users import user_entry
from contracts.access import EVERYBODY, SUPERVISING, User
from contracts.audit import AuditEntry
from contracts.base import Value
from contracts.errors import ConfigurationFault, Conflict
from contracts.queues import AgentState, Presence
from runtime.http import Call, Nothing, Route
from runtime.store.users import folded

_TAG = "sessions"


class PasswordInput(Value):
    """The password that somebody has, and the one that they want."""

    old: Password
    new: Password


class PeopleApi:
    """The operations that end sessions."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._access = dependencies.access
        self._clock = dependencies.clock
        self._agents = AgentApi(dependencies)
        self._sign_ins = SessionApi(dependencies)
        self._auditor = Auditor(dependencies.access, dependencies.clock)

    async def change_password(self, call: Call[PasswordInput, Nothing]) -> None:
        """A new password for who is signed in; they stay so here, and nowhere else."""
        if SESSION not in call.request:
            raise Conflict("a token has no password: sign in with a name")
        session, name, now = call.request[SESSION], folded(call.principal.name), self._clock()
        await self._sign_ins.count("name", name, self._access.per_name, now)
        user = await self._access.users.get(session.user_id)
        if not await self._access.passwords.matches(user.password_hash if user else None, call.body.old):
            raise ConfigurationFault("old", "is not your password")
        await self._access.attempts.forget("name", name, now)
        await self._store(call, session.user_id, call.body.new, now)
        await self._access.sessions.end_all([session.user_id], but=session.id)

    async def _store(self, call: Call[PasswordInput, Nothing], user_id: str, new: SecretStr, now: datetime) -> None:
        hashed = await self._access.passwords.hashed("new", new, call.principal.name)

        def step(stored: User | None) -> User | None:
            return stored and stored.model_copy(update={"password_hash": hashed, "password_set_at": now})

        def witness(before: User | None, after: User | None) -> AuditEntry:
            return user_entry(self._auditor, call, "changed", user_id, before, after)

        await self._access.users.change(user_id, step, witness)

    async def log_out(self, call: Call[Nothing, Nothing]) -> Presence:
        """Make an agent offline, and sign them out wherever they are signed in; they keep what they own."""
        wanted = StateInput(state=AgentState.OFFLINE)
        offline = Call(call.path, wanted, call.query, call.correlation_id, call.request)
        presence = await self._agents.set_state(offline)
        await self._access.sessions.end_all(await self._access.users.of_agent(call.path["id"]))
        return presence


def people_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of people and their sessions."""
    api = PeopleApi(dependencies)
    yield Route(
        method="PUT",
        path="/api/session/password",
        handler=api.change_password,
        summary="Change the password of who is signed in",
        tag=_TAG,
        request=PasswordInput,
        status=HTTPStatus.NO_CONTENT,
        access=EVERYBODY,
        errors=(HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
    )
    yield Route(
        method="POST",
        path="/api/agents/{id}/log-out",
        handler=api.log_out,
        summary="Make an agent offline, and end their sessions",
        tag="agents at work",
        response=Presence,
        access=SUPERVISING,
        audited="logged out",
        errors=(HTTPStatus.NOT_FOUND,),
    )
