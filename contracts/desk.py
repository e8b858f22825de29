"""What admins prepare for agents: pauses, canned answers for all accounts, dispositions (domain, section 8)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, computed_field, model_validator

from contracts.accounts import CannedAnswer
from contracts.base import Id, Name, Value

MOST_LEVELS = 3
BETWEEN_LEVELS = " > "


class Pause(Value):
    """A reason for which an agent gets no offers."""

    id: Id
    name: Name


class GlobalAnswer(CannedAnswer):
    """A canned answer that every account has; accounts have their own besides."""

    id: Id


class DispositionScope(StrEnum):
    """Where a disposition may be given: everywhere, or where the list, account or queue is the interaction's."""

    GLOBAL = "global"
    LIST = "list"
    ACCOUNT = "account"
    QUEUE = "queue"


Level = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^>]*$")]


class Disposition(Value):
    """How an interaction ended: one way down a tree of up to three levels. `scope_id` is the list, account or queue."""

    id: Id
    levels: Annotated[tuple[Level, ...], Field(min_length=1, max_length=MOST_LEVELS)]
    scope: DispositionScope = DispositionScope.GLOBAL
    scope_id: Id | None = None

    @model_validator(mode="after")
    def _belongs_somewhere(self) -> Self:
        if (self.scope is DispositionScope.GLOBAL) != (self.scope_id is None):
            raise ValueError("scope_id is given with every scope but global, and only then")
        return self

    @computed_field(description="The levels in one line, to sort and search by.")  # type: ignore[prop-decorator] # mypy
    @property
    def path(self) -> str:
        """The levels in one line."""
        return BETWEEN_LEVELS.join(self.levels)

    @computed_field(description="`global`, or the scope and its id.")  # type: ignore[prop-decorator] # mypy
    @property
    def applies_to(self) -> str:
        """Scope and id in one word."""
        return place(self.scope, self.scope_id)


def place(scope: DispositionScope, scope_id: str | None) -> str:
    """A scope and its id in one word."""
    return scope.value if scope_id is None else f"{scope.value}:{scope_id}"


def places(given: Mapping[DispositionScope, str | None]) -> frozenset[str]:
    """The places whose dispositions apply to an interaction of this list, account and queue."""
    known = {place(scope, scope_id) for scope, scope_id in given.items() if scope_id is not None}
    return frozenset({DispositionScope.GLOBAL.value, *known})
