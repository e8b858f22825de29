"""Whitelists as a resource, and their rules: listed, added and taken away.

Rules are no configuration: there may be millions, so they stay in the database, where routing looks them up. What is
changed in them holds for the next message.
"""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, ValidationError, create_model

from console.checks import Filled, admitting, check_alone, users_of, whitelist_warnings
from console.dependencies import ConsoleDependencies
from console.kinds import NEW_ID, WARNINGS
from console.resources import Deleted, Limit, Paged, Resource
from console.uses import release_whitelists
from contracts.access import CONFIGURING, OVERSEEING
from contracts.base import BLANKS, Count, Id, Name, Value, new_id
from contracts.configuration import Configuration
from contracts.contacts import ContactList
from contracts.errors import ConfigurationFault, NotFound
from contracts.whitelists import LIST_MARK, ListRule, Rule, Whitelist, rule_id, rule_of
from runtime.http import Call, Nothing, Route
from runtime.store.configuration import Draft

_TAG = "whitelists"
_INPUT: Mapping[str, Any] = {"id": NEW_ID, "name": (Name, ...)}
_VIEW: Mapping[str, Any] = {"id": (Id, ...), "name": (Name, ...), "warnings": WARNINGS}
WhitelistInput = create_model("WhitelistInput", __base__=Value, **_INPUT)
WhitelistView = create_model("WhitelistView", __base__=Value, **_VIEW)
MOST_AT_ONCE = 1000


class RuleQuery(Value):
    """Which rules, in the order of their ids: those that begin so (a number or its beginning, `@` and a list's id)."""

    search: Annotated[str, StringConstraints(max_length=80, pattern=r"^[ +0-9A-Za-z_.()@-]*$")] = ""
    limit: Limit = 50
    cursor: Annotated[str | None, Field(max_length=80)] = None


class Rules(Value):
    """Rules that are to be added."""

    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Added(Value):
    """How many of the rules are new, and how many were there before."""

    added: Count
    known: Count


class KeptRule(Value):
    """A rule of a whitelist. `id` is what a path calls it: `+393331234567`, `+39*` for a prefix, `@ID` for a list."""

    id: str
    rule: Rule


class RuleApi:
    """The operations on the rules of whitelists."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._configuration = dependencies.configuration_store
        self._cache = dependencies.configuration_cache
        self._rules = dependencies.whitelist_rules

    async def list(self, call: Call[Nothing, RuleQuery]) -> Paged[KeptRule]:
        """A page."""
        whitelist = await self._whitelist(call)
        begin = _beginning(call.query.search)
        page = await self._rules.page(whitelist.rules_key, call.query.limit, begin, call.query.cursor)
        items = tuple(KeptRule(id=rule_id(rule), rule=rule) for rule in page.items)
        return Paged[KeptRule](items=items, cursor=page.cursor)

    async def add(self, call: Call[Rules, Nothing]) -> Added:
        """Some rules; those that are there already stay."""
        whitelist = await self._whitelist(call)
        rules = {rule_id(rule): rule for rule in call.body.rules}
        for place, rule in enumerate(call.body.rules, start=1):
            if isinstance(rule, ListRule) and await self._configuration.get(ContactList, rule.list_id) is None:
                raise ConfigurationFault(f"rules.{place}.list_id", f"there is no contact list {rule.list_id}")
        added = await self._rules.add(whitelist.rules_key, rules.values())
        return Added(added=added, known=len(call.body.rules) - added)

    async def remove(self, call: Call[Nothing, Nothing]) -> Deleted:
        """One rule."""
        whitelist = await self._whitelist(call)
        name = call.path["rule"]
        try:
            removed = await self._rules.remove(whitelist.rules_key, rule_of(name))
        except ValidationError:
            removed = False
        if not removed:
            raise NotFound(f"there is no rule {name} in the whitelist {whitelist.id}")
        await self._cache.changed()
        users = users_of(whitelist, self._cache.current)
        filled = await self._rules.filled(admitting(users, self._cache.current))
        return Deleted(deleted=(name,), warnings=whitelist_warnings(whitelist, self._cache.current, filled))

    async def _whitelist(self, call: Call[Any, Any]) -> Whitelist:
        whitelist = await self._configuration.get(Whitelist, call.path["id"])
        if whitelist is None:
            raise NotFound(f"there is no whitelist {call.path['id']}")
        return whitelist


def _beginning(search: str) -> str:
    """What ids begin with that are looked for; a plus that was lost on its way in the query is put back."""
    plain = search.strip() if LIST_MARK in search else BLANKS.sub("", search)
    return f"+{plain}" if plain[:1].isdigit() else plain


def whitelist_resource() -> Resource[Whitelist]:
    """The resource."""

    def build(body: Any, whitelist_id: str, stored: Whitelist | None, _draft: Draft) -> Whitelist:  # noqa: ANN401 - made at run time
        return Whitelist(id=whitelist_id, name=body.name, rules_key=stored.rules_key if stored else new_id())

    def as_input(stored: Whitelist, _patch: Mapping[str, Any]) -> dict[str, Any]:
        return {"name": stored.name}

    def show(whitelist: Whitelist, configuration: Configuration, filled: Filled) -> BaseModel:
        warnings = whitelist_warnings(whitelist, configuration, filled)
        return WhitelistView.model_validate({"id": whitelist.id, "name": whitelist.name, "warnings": warnings})

    def decided_by(whitelists: Sequence[Whitelist], configuration: Configuration) -> frozenset[str]:
        users = [user for whitelist in whitelists for user in users_of(whitelist, configuration)]
        return admitting(users, configuration)

    return Resource(
        name="whitelists",
        label="whitelist",
        model=Whitelist,
        input=WhitelistInput,
        view=WhitelistView,
        build=build,
        as_input=as_input,
        check=check_alone,
        release=release_whitelists,
        show=show,
        decided_by=decided_by,
    )


def rule_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of rules."""
    api, path = RuleApi(dependencies), "/api/whitelists/{id}/rules"
    yield Route(
        method="GET",
        path=path,
        handler=api.list,
        access=OVERSEEING,
        summary="List the rules of a whitelist",
        tag=_TAG,
        query=RuleQuery,
        response=Paged[KeptRule],
        errors=(HTTPStatus.NOT_FOUND,),
    )
    yield Route(
        method="POST",
        path=path,
        handler=api.add,
        access=CONFIGURING,
        audited="rules added",
        summary="Add rules to a whitelist",
        tag=_TAG,
        request=Rules,
        response=Added,
        errors=(HTTPStatus.NOT_FOUND,),
    )
    yield Route(
        method="DELETE",
        path=f"{path}/{{rule}}",
        handler=api.remove,
        access=CONFIGURING,
        audited="rule removed",
        summary="Take a rule out of a whitelist",
        tag=_TAG,
        response=Deleted,
        errors=(HTTPStatus.NOT_FOUND,),
    )
