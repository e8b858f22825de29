"""Conditions for who writes them: what they may name, and whether one is sound, before an account is saved with it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from console.dependencies import ConsoleDependencies
from contracts.access import INSPECTING
from contracts.actions import Condition
from contracts.base import Count, Value
from contracts.errors import ConfigurationFault
from runtime.conditions import compile_condition
from runtime.conditions.vocabulary import FIGURES, FUNCTIONS, METHODS, VARIABLES
from runtime.http import Call, Nothing, Route
from runtime.templates import ATTRIBUTES
from runtime.templates import VARIABLES as TEXT_VARIABLES

_TAG = "routing"


class ConditionInput(Value):
    """A condition that nobody has saved."""

    condition: Condition


class ConditionFault(Value):
    """Why a condition cannot be saved; `position` is the place in it, counted from 1, where that is known."""

    rule: str
    position: Count | None


class ConditionCheck(Value):
    """Whether a condition can be saved: null, if nothing is wrong with it."""

    fault: ConditionFault | None


class Variable(Value):
    """Something that a condition may name, with a value that it may have."""

    name: str
    example: Annotated[str, Field(description="As a condition would write it; empty where every value may stand.")]


class Vocabulary(Value):
    """What conditions may name, and what the texts of automatic replies and canned answers may have in braces.

    `attributes` are the beginnings of names that go on with the name of an attribute.
    """

    variables: tuple[Variable, ...]
    functions: tuple[str, ...]
    methods: tuple[str, ...]
    text_variables: tuple[str, ...]
    attributes: tuple[str, ...]


class ConditionApi:
    """The operations on conditions; they read."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._cache = dependencies.configuration_cache

    async def check(self, call: Call[ConditionInput, Nothing]) -> ConditionCheck:
        """Whether a condition is sound."""
        names = {interval.name for interval in self._cache.current.intervals.values()}
        try:
            compile_condition(call.body.condition, names)
        except ConfigurationFault as fault:
            return ConditionCheck(fault=ConditionFault(rule=fault.rule, position=fault.position))
        return ConditionCheck(fault=None)

    async def vocabulary(self, _call: Call[Nothing, Nothing]) -> Vocabulary:
        """What may be named, the queues that there are by their names."""
        queues = sorted(queue.name for queue in self._cache.current.queues.values())
        figures = {f'queue["{name}"]': FIGURES for name in queues if '"' not in name and "\\" not in name}
        known = {name: value for name, value in VARIABLES.items() if name != "queue"}
        found = [*_named(known), *_named(figures)]
        return Vocabulary(
            variables=tuple(found),
            functions=tuple(sorted(FUNCTIONS)),
            methods=tuple(sorted(METHODS)),
            text_variables=tuple(sorted(TEXT_VARIABLES)),
            attributes=ATTRIBUTES,
        )


def _named(shape: Mapping[str, Any], before: str = "") -> Iterator[Variable]:
    for name, value in shape.items():
        if isinstance(value, Mapping) and value:
            yield from _named(value, f"{before}{name}.")
        else:
            yield Variable(name=f"{before}{name}", example=_example(value))


def _example(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() if value:
            return f'"{value}"'
        case int():
            return str(value)
        case list():
            return f"[{', '.join(map(_example, value))}]"
        case _:
            return ""


def condition_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of conditions."""
    api = ConditionApi(dependencies)
    yield Route(
        method="GET",
        path="/api/conditions/vocabulary",
        handler=api.vocabulary,
        access=INSPECTING,
        summary="List what conditions and texts may name",
        tag=_TAG,
        response=Vocabulary,
    )
    yield Route(
        method="POST",
        path="/api/conditions/check",
        handler=api.check,
        access=INSPECTING,
        summary="Check a condition that is not saved yet",
        tag=_TAG,
        request=ConditionInput,
        response=ConditionCheck,
    )
