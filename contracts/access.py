"""Who calls the API, and what they may: roles say what a person is, scopes what a token was made for."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.base import Id, Instant, Name, Value
from contracts.interactions import Interaction

COOKIE = "switchboard_session"
CSRF_HEADER = "X-CSRF-Token"
"""Goes with the cookie in every request with a method that changes something."""
SAFE_METHODS = frozenset({"GET", "HEAD"})


class Role(StrEnum):
    """What a person is here. An agent works on what is theirs, a supervisor on everything, an admin configures."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"


class Scope(StrEnum):
    """What is done: looking, working on interactions, changing the configuration, running the installation."""

    READ = "read"
    WORK = "work"
    CONFIGURE = "configure"
    OPERATE = "operate"


SCOPES_OF: Mapping[Role, tuple[Scope, ...]] = MappingProxyType(
    {
        Role.ADMIN: tuple(Scope),
        Role.SUPERVISOR: (Scope.READ, Scope.WORK),
        Role.AGENT: (Scope.READ, Scope.WORK),
    }
)
"""All that a role can do; a token of the role may be made for less."""


class Principal(Value):
    """Who calls. `agent_id` is the agent that they are, if they are one; `masked`: customers' numbers are kept from
    them."""

    id: str
    name: str
    role: Role
    agent_id: str | None = None
    scopes: tuple[Scope, ...]
    masked: bool = False


class Access(Value):
    """Who may call a route: these roles, and with a token that was made for the scope; None = any token's."""

    roles: frozenset[Role]
    scope: Scope | None

    def admits(self, principal: Principal) -> bool:
        """Whether this one may."""
        return principal.role in self.roles and (self.scope is None or self.scope in principal.scopes)


_ADMINS, _ALL = frozenset({Role.ADMIN}), frozenset(Role)
_SUPERVISORS = frozenset({Role.ADMIN, Role.SUPERVISOR})

EVERYBODY = Access(roles=_ALL, scope=None)
"""Whoever is known at all: for what is about the caller alone."""
READING = Access(roles=_ALL, scope=Scope.READ)
WORKING = Access(roles=_ALL, scope=Scope.WORK)
OVERSEEING = Access(roles=_SUPERVISORS, scope=Scope.READ)
"""Supervisors look."""
SUPERVISING = Access(roles=_SUPERVISORS, scope=Scope.WORK)
"""Supervisors act."""
INSPECTING = Access(roles=_ADMINS, scope=Scope.READ)
"""Admins look."""
OPERATING = Access(roles=_ADMINS, scope=Scope.OPERATE)
CONFIGURING = Access(roles=_ADMINS, scope=Scope.CONFIGURE)
"""Also what a route allows that says nothing."""

Secret = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class User(Value):
    """A person who signs in. `agent_id` is the agent that they are: who has that role must have one, others may.

    `masked`: customers' numbers are kept from them, as long as they are an agent. `password_hash` is argon2's.
    """

    id: Id
    name: Name
    role: Role
    agent_id: Id | None = None
    masked: bool = False
    enabled: bool = True
    password_hash: Annotated[str, Field(repr=False)]
    created_at: Instant
    password_set_at: Instant


class Session(Value):
    """A person who is signed in somewhere: `id` names it and opens nothing; only its token does, and its CSRF token is
    made of that."""

    id: Id
    user_id: Id
    created_at: Instant
    seen_at: Instant
    expires_at: Instant
    address: str = ""
    client: Annotated[str, Field(max_length=300)] = ""


class ApiToken(Value):
    """A token for programs: as good as its role, within its scopes. The token itself is not known here."""

    id: Id
    name: Name
    role: Role
    agent_id: Id | None = None
    scopes: tuple[Scope, ...]
    created_at: Instant
    created_by: str
    expires_at: Instant | None = None
    used_at: Instant | None = None


class Sight(Value):
    """What an agent sees: what is theirs or offered to them, and all of these accounts and queues."""

    agent_id: str
    accounts: tuple[str, ...]
    queues: tuple[str, ...]

    def sees(self, interaction: Interaction) -> bool:
        """Whether an interaction is among it."""
        theirs = self.agent_id in {interaction.owner, *interaction.offered_to}
        return theirs or interaction.account_id in self.accounts or interaction.queue_id in self.queues
