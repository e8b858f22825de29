"""The kinds of configuration that are no accounts, as resources."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, create_model

from console import checks, uses
from console.resources import E, Resource
from contracts.configuration import Configuration
from contracts.contacts import ContactList
from contracts.intervals import Interval
from contracts.queues import Agent, Queue, Team
from contracts.whitelists import Whitelist
from runtime.http import checked
from runtime.store.configuration import Draft

NewId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""An `Id` that begins with a letter or digit: clients would take `..` in a path for a step up."""
NEW_ID = (NewId | None, Field(None, description="Given at creation only; without it one is made."))
WARNINGS = (tuple[str, ...], Field((), description="What is allowed and hardly meant."))


def _kind(
    model: type[E],
    name: str,
    label: str,
    check: Callable[[E, Configuration], None],
    release: uses.Release,
    searched: tuple[str, ...] = ("name",),
    warnings: Callable[[E, Configuration], tuple[str, ...]] = lambda _value, _configuration: (),
) -> Resource[E]:
    made: Mapping[str, Any] = {"id": NEW_ID}
    shown: Mapping[str, Any] = {"warnings": WARNINGS}
    view = create_model(f"{model.__name__}View", __base__=model, **shown)

    def build(body: BaseModel, entity_id: str, _stored: E | None, _draft: Draft) -> E:
        return checked(model, {**dict(body), "id": entity_id})

    def as_input(stored: E, _patch: Mapping[str, Any]) -> dict[str, Any]:
        return stored.model_dump(mode="json", exclude={"id"})

    def show(value: E, configuration: Configuration) -> BaseModel:
        return view.model_validate({**dict(value), "warnings": warnings(value, configuration)})

    return Resource(
        name=name,
        label=label,
        model=model,
        input=create_model(f"{model.__name__}Input", __base__=model, **made),
        view=view,
        build=build,
        as_input=as_input,
        check=check,
        release=release,
        show=show,
        searched=searched,
    )


KINDS: tuple[Resource[Any], ...] = (
    _kind(
        Whitelist,
        "whitelists",
        "whitelist",
        checks.check_whitelist,
        uses.release_whitelists,
        warnings=checks.whitelist_warnings,
    ),
    _kind(Queue, "queues", "queue", checks.check_queue, uses.release_queues, ("name", "description")),
    _kind(Agent, "agents", "agent", checks.check_alone, uses.release_agents),
    _kind(Team, "teams", "team", checks.check_team, uses.release_teams),
    _kind(ContactList, "lists", "contact list", checks.check_alone, uses.release_lists),
    _kind(Interval, "intervals", "interval", checks.check_alone, uses.release_intervals),
)
