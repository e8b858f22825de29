"""Users: the people who sign in. Their passwords go in and never come out."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field, SecretStr

from console.audit_entries import Auditor
from console.dependencies import ConsoleDependencies
from console.kinds import NEW_ID, NewId
from console.patches import Patch, merged
from console.resource_routes import crud_routes
from console.resources import Deleted, Ids, ListQuery, Paged
from contracts.access import INSPECTING, Role, User
from contracts.audit import AuditEntry
from contracts.base import Id, Instant, Name, Value, new_id
from contracts.errors import ConfigurationFault, Conflict, NotFound
from contracts.queues import Agent
from runtime.http import Call, Nothing, Route, checked
from runtime.logging import get_logger

log = get_logger(__name__)

_TAG = "users"
KIND = "users"
SORTABLE = ("name", "role", "id")
_NEVER_SHOWN = {"password_hash"}


class UserInput(Value):
    """A user. `agent_id` names the agent that they are: required with the role agent.

    `masked`: customers' numbers are kept from them, while their role is agent. A password is required of a new user;
    left out later, it stays.
    """

    id: NewId | None = NEW_ID[1]
    name: Name
    role: Role
    agent_id: Id | None = None
    masked: bool = False
    enabled: bool = True
    password: Annotated[SecretStr | None, Field(max_length=1000)] = None


class UserView(Value):
    """A user as admins see them."""

    id: str
    name: str
    role: Role
    agent_id: str | None
    masked: bool
    enabled: bool
    created_at: Instant
    password_set_at: Instant


class UserApi:
    """The operations on users."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._users = dependencies.access.users
        self._sessions = dependencies.access.sessions
        self._passwords = dependencies.access.passwords
        self._configuration = dependencies.configuration_store
        self._clock = dependencies.clock
        self._auditor = Auditor(dependencies.access, dependencies.clock)

    async def list(self, call: Call[Nothing, ListQuery]) -> Paged[UserView]:
        """A page."""
        page = await self._users.find(call.query.request(SORTABLE))
        return Paged[UserView](items=tuple(map(_shown, page.items)), cursor=page.cursor)

    async def read(self, call: Call[Nothing, Nothing]) -> UserView:
        """One user."""
        user = await self._users.get(call.path["id"])
        if user is None:
            raise _missing(call.path["id"])
        return _shown(user)

    async def create(self, call: Call[UserInput, Nothing]) -> UserView:
        """A new user."""
        body, user_id = call.body, call.body.id or new_id()
        if body.password is None:
            raise ConfigurationFault("password", "is required of a new user")
        await self._check(body)
        hashed, now = await self._passwords.hashed("password", body.password, body.name), self._clock()

        def step(stored: User | None) -> User:
            if stored is not None:
                raise Conflict(f"there is a user {user_id} already")
            fields = body.model_dump(exclude={"id", "password"})
            made = {"id": user_id, "password_hash": hashed, "created_at": now, "password_set_at": now}
            return User.model_validate({**fields, **made})

        _, user = await self._users.change(user_id, step, self._witness(call, "created", user_id))
        return _shown(_there(user, user_id))

    async def replace(self, call: Call[UserInput, Nothing]) -> UserView:
        """All fields anew; the password if it is given."""
        return await self._update(call, lambda _stored: call.body)

    async def patch(self, call: Call[Patch, Nothing]) -> UserView:
        """Some fields anew."""

        def patched(stored: User) -> UserInput:
            return checked(UserInput, merged(_as_input(stored), call.body.root))

        return await self._update(call, patched)

    async def _update(self, call: Call[Any, Nothing], body: Callable[[User], UserInput]) -> UserView:
        user_id = call.path["id"]
        given = body(_there(await self._users.get(user_id), user_id))
        await self._check(given)
        if given.id not in {None, user_id}:
            raise ConfigurationFault("id", "cannot be changed")
        hashed = None
        if given.password is not None:
            hashed = await self._passwords.hashed("password", given.password, given.name)

        def step(stored: User | None) -> User:
            wanted = body(_there(stored, user_id))
            if user_id == call.principal.id and (wanted.role is not Role.ADMIN or not wanted.enabled):
                raise Conflict("nobody takes away their own role of admin: have another admin do it")
            return self._changed(_there(stored, user_id), wanted, hashed)

        _, user = await self._users.change(user_id, step, self._witness(call, "changed", user_id))
        user = _there(user, user_id)
        if hashed is not None or not user.enabled:
            await self._sessions.end_all([user_id])
        return _shown(user)

    def _changed(self, stored: User, wanted: UserInput, hashed: str | None) -> User:
        fields = wanted.model_dump(exclude={"id", "password"})
        if hashed is not None:
            fields |= {"password_hash": hashed, "password_set_at": self._clock()}
        return stored.model_copy(update=fields)

    async def delete(self, call: Call[Nothing, Nothing]) -> Deleted:
        """One user; they are signed out everywhere."""
        deleted = await self._delete(call, (call.path["id"],))
        if not deleted:
            raise _missing(call.path["id"])
        return Deleted(deleted=deleted)

    async def delete_many(self, call: Call[Ids, Nothing]) -> Deleted:
        """Those of the users that exist."""
        return Deleted(deleted=await self._delete(call, call.body.ids))

    async def _delete(self, call: Call[Any, Nothing], ids: Sequence[str]) -> tuple[str, ...]:
        if call.principal.id in ids:
            raise Conflict("nobody deletes themself: have another admin do it")
        deleted = []
        for user_id in dict.fromkeys(ids):
            if await self._users.get(user_id) is not None:
                await self._users.change(user_id, lambda _stored: None, self._witness(call, "deleted", user_id))
                deleted.append(user_id)
        await self._sessions.end_all(deleted)
        return tuple(deleted)

    async def _check(self, body: UserInput) -> None:
        if body.role is Role.AGENT and body.agent_id is None:
            raise ConfigurationFault("agent_id", "is required with the role agent")
        if body.agent_id is not None and await self._configuration.get(Agent, body.agent_id) is None:
            raise ConfigurationFault("agent_id", f"there is no agent {body.agent_id}")

    def _witness(
        self, call: Call[Any, Any], action: str, user_id: str
    ) -> Callable[[User | None, User | None], AuditEntry]:
        def witness(before: User | None, after: User | None) -> AuditEntry:
            return user_entry(self._auditor, call, action, user_id, before, after)

        return witness


def user_entry(
    auditor: Auditor, call: Call[Any, Any], action: str, user_id: str, before: User | None, after: User | None
) -> AuditEntry:
    """What is recorded of a change of a user: that the password is another one, and never what it is."""
    was, is_now = (user.password_hash if user else None for user in (before, after))
    changed = ("password",) if is_now is not None and was != is_now else ()
    gone, come = (
        user.model_dump(mode="json", exclude=_NEVER_SHOWN) if user is not None else None for user in (before, after)
    )
    return auditor.entry(call, action, KIND, user_id, before=gone, after=come, secrets_changed=changed)


def _shown(user: User) -> UserView:
    return UserView.model_validate(user.model_dump(exclude=_NEVER_SHOWN))


def _as_input(user: User) -> dict[str, Any]:
    return user.model_dump(mode="json", include=set(UserInput.model_fields) - {"id", "password"})


def _there(user: User | None, user_id: str) -> User:
    if user is None:
        raise _missing(user_id)
    return user


def _missing(user_id: str) -> NotFound:
    return NotFound(f"there is no user {user_id}")


def user_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of users."""
    yield from crud_routes(
        UserApi(dependencies), "/api/users", _TAG, "user",
        input=UserInput, view=UserView, read=INSPECTING,
    )  # fmt: skip
