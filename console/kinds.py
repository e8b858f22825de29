"""The kinds of configuration that are no accounts, as resources."""

from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, create_model

from console import checks, uses
from console.access_sight import Eyes
from console.dependencies import ConsoleDependencies
from console.resources import E, ListQuery, Resource, Seen, Users, everything, nobody
from contracts.access import OVERSEEING, READING, Access
from contracts.base import Id
from contracts.configuration import Configuration
from contracts.contacts import ContactList
from contracts.desk import Disposition, DispositionScope, GlobalAnswer, Pause, places
from contracts.errors import ConfigurationFault
from contracts.intervals import Interval
from contracts.queues import Agent, Queue, Team
from runtime.http import checked
from runtime.store.configuration import Draft

NewId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""An `Id` that begins with a letter or digit: clients would take `..` in a path for a step up."""
NEW_ID = (NewId | None, Field(None, description="Given at creation only; without it one is made."))
WARNINGS = (tuple[str, ...], Field((), description="What is allowed and hardly meant."))


Narrow = Callable[[Any, Configuration], Mapping[str, Collection[str]]]


def _kind(
    model: type[E],
    name: str,
    label: str,
    check: Callable[[E, Configuration], None],
    release: uses.Release,
    searched: tuple[str, ...] = ("name",),
    sortable: tuple[str, ...] = ("name", "id"),
    query: type[ListQuery] = ListQuery,
    users: Users = nobody,
    narrow: Narrow = lambda _query, _configuration: {},
    read: Access = OVERSEEING,
    seen: Seen = everything,
) -> Resource[E]:
    made: Mapping[str, Any] = {"id": NEW_ID}
    view = create_model(f"{model.__name__}View", __base__=model)

    def build(body: BaseModel, entity_id: str, _stored: E | None, _draft: Draft) -> E:
        return checked(model, {**dict(body), "id": entity_id})

    def as_input(stored: E, _patch: Mapping[str, Any]) -> dict[str, Any]:
        return stored.model_dump(mode="json", exclude={"id"}, exclude_computed_fields=True)

    def show(value: E, _configuration: Configuration, _filled: checks.Filled) -> BaseModel:
        return view.model_validate(dict(value))

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
        sortable=sortable,
        query=query,
        narrow=narrow,
        users=users,
        read=read,
        seen=seen,
    )


class DispositionQuery(ListQuery):
    """Which dispositions: all, or those that can be given to an interaction of an account, and of a queue."""

    account: Id | None = None
    queue: Id | None = None


def _of_interaction(query: DispositionQuery, configuration: Configuration) -> Mapping[str, Collection[str]]:
    if query.account is None and query.queue is None:
        return {}
    account = configuration.accounts.get(query.account or "")
    if query.account is not None and account is None:
        raise ConfigurationFault("account", f"there is no account {query.account}")
    if query.queue is not None and query.queue not in configuration.queues:
        raise ConfigurationFault("queue", f"there is no queue {query.queue}")
    given = {
        DispositionScope.ACCOUNT: query.account,
        DispositionScope.LIST: account.list_id if account else None,
        DispositionScope.QUEUE: query.queue,
    }
    return {"applies_to": places(given)}


async def _whitelists_of(
    lists: uses.Ids, configuration: Configuration, dependencies: ConsoleDependencies
) -> tuple[str, ...]:
    whitelists = configuration.whitelists.values()
    rules_keys = [whitelist.rules_key for whitelist in whitelists]
    keys = await dependencies.whitelist_rules.admitting_lists(rules_keys, lists)
    return tuple(f"whitelist {whitelist.name}" for whitelist in whitelists if whitelist.rules_key in keys)


async def _people_of(
    agents: uses.Ids, _configuration: Configuration, dependencies: ConsoleDependencies
) -> tuple[str, ...]:
    return tuple(f"user {name}" for name in await dependencies.access.users.names_of(agents))


KINDS: tuple[Resource[Any], ...] = (
    _kind(Queue, "queues", "queue", checks.check_queue, uses.release_queues, ("name", "description"), read=READING),
    _kind(Agent, "agents", "agent", checks.check_alone, uses.release_agents, read=READING, users=_people_of),
    _kind(Team, "teams", "team", checks.check_team, uses.release_teams),
    _kind(
        ContactList,
        "lists",
        "contact list",
        uses.keep_list_name,
        uses.release_lists,
        users=_whitelists_of,
        read=READING,
        seen=Eyes.lists,
    ),
    _kind(Interval, "intervals", "interval", uses.keep_interval_name, uses.release_intervals),
    _kind(Pause, "pauses", "pause", checks.check_alone, uses.release_pauses, read=READING),
    _kind(
        GlobalAnswer,
        "canned_answers",
        "canned answer",
        checks.check_answer,
        uses.free,
        searched=("key", "text"),
        sortable=("key", "id"),
        read=READING,
    ),
    _kind(
        Disposition,
        "dispositions",
        "disposition",
        checks.check_disposition,
        uses.free,
        searched=("path",),
        sortable=("path", "id"),
        query=DispositionQuery,
        narrow=_of_interaction,
        read=READING,
    ),
)
