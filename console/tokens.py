"""API tokens: an admin makes them for programs, each for a role and for what it is to do; a token is shown once."""

import secrets
from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from console.audit_entries import Auditor
from console.dependencies import ConsoleDependencies
from console.resources import ListQuery, Paged
from contracts.access import CONFIGURING, INSPECTING, SCOPES_OF, ApiToken, Role, Scope
from contracts.audit import AuditEntry
from contracts.base import Id, Instant, Name, Value, new_id
from contracts.errors import ConfigurationFault, NotFound
from contracts.queues import Agent
from runtime.http import Call, Nothing, Route

_TAG = "tokens"
KIND = "tokens"
PREFIX = "swb_"
"""By this, what looks for leaked secrets knows a token of ours."""
TOKEN_BYTES = 32
SORTABLE = ("name", "id")


class TokenInput(Value):
    """What a token is for. `agent_id` is the agent as whom one of that role acts; without `expires_at` it lasts."""

    name: Name
    role: Role
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)]
    agent_id: Id | None = None
    expires_at: Instant | None = None

    @model_validator(mode="after")
    def _of_the_role(self) -> Self:
        beyond = [scope for scope in self.scopes if scope not in SCOPES_OF[self.role]]
        if beyond:
            raise ValueError(f"the role {self.role} does not have the scope {beyond[0]}")
        if (self.role is Role.AGENT) != (self.agent_id is not None):
            raise ValueError("agent_id goes with the role agent, and is required there")
        return self


class NewToken(ApiToken):
    """A token that was just made: `token` is shown this once."""

    token: str


class TokenApi:
    """The operations on tokens."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._tokens = dependencies.access.tokens
        self._configuration = dependencies.configuration_store
        self._clock = dependencies.clock
        self._auditor = Auditor(dependencies.access, dependencies.clock)

    async def list(self, call: Call[Nothing, ListQuery]) -> Paged[ApiToken]:
        """A page, by name."""
        page = await self._tokens.find(call.query.request(SORTABLE))
        return Paged[ApiToken](items=page.items, cursor=page.cursor)

    async def create(self, call: Call[TokenInput, Nothing]) -> NewToken:
        """A new token."""
        body, now = call.body, self._clock()
        if body.expires_at is not None and body.expires_at <= now:
            raise ConfigurationFault("expires_at", "must lie in the future")
        if body.agent_id is not None and await self._configuration.get(Agent, body.agent_id) is None:
            raise ConfigurationFault("agent_id", f"there is no agent {body.agent_id}")
        secret = f"{PREFIX}{secrets.token_urlsafe(TOKEN_BYTES)}"
        scopes = tuple(dict.fromkeys(body.scopes))
        made = {"id": new_id(), "scopes": scopes, "created_at": now, "created_by": call.principal.name}
        token = ApiToken.model_validate({**dict(body), **made})

        def witness(before: ApiToken | None, after: ApiToken | None) -> AuditEntry:
            return self._entry(call, "created", token.id, before, after)

        await self._tokens.add(token, secret, witness)
        return NewToken(**dict(token), token=secret)

    async def revoke(self, call: Call[Nothing, Nothing]) -> None:
        """One token, which opens nothing from then on."""
        token_id = call.path["id"]

        def step(stored: ApiToken | None) -> None:
            if stored is None:
                raise NotFound(f"there is no token {token_id}")

        def witness(before: ApiToken | None, after: ApiToken | None) -> AuditEntry:
            return self._entry(call, "deleted", token_id, before, after)

        await self._tokens.revoke(token_id, step, witness)

    def _entry(
        self, call: Call[Any, Any], action: str, token_id: str, before: ApiToken | None, after: ApiToken | None
    ) -> AuditEntry:
        gone, come = (token.model_dump(mode="json") if token is not None else None for token in (before, after))
        return self._auditor.entry(call, action, KIND, token_id, before=gone, after=come)


def token_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of tokens."""
    api, many = TokenApi(dependencies), "/api/tokens"
    yield Route(
        method="GET",
        path=many,
        handler=api.list,
        summary="List API tokens",
        tag=_TAG,
        query=ListQuery,
        response=Paged[ApiToken],
        access=INSPECTING,
    )
    yield Route(
        method="POST",
        path=many,
        handler=api.create,
        summary="Make an API token, which is shown this once",
        tag=_TAG,
        request=TokenInput,
        response=NewToken,
        status=HTTPStatus.CREATED,
        access=CONFIGURING,
    )
    yield Route(
        method="DELETE",
        path=f"{many}/{{id}}",
        handler=api.revoke,
        summary="Revoke an API token",
        tag=_TAG,
        status=HTTPStatus.NO_CONTENT,
        access=CONFIGURING,
        errors=(HTTPStatus.NOT_FOUND,),
    )
