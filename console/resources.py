"""One kind of configuration as a resource of the API: the same seven operations for every kind, from one definition."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Field

from console.access_sight import Eyes
from console.audit_configuration import witness
from console.audit_entries import Auditor
from console.checks import Filled
from console.dependencies import ConsoleDependencies
from console.patches import Patch, merged
from console.uses import Ids as IdSet
from console.uses import Release, unused
from contracts.access import OVERSEEING, Access, Principal
from contracts.base import Id, Value, new_id
from contracts.configuration import Configuration
from contracts.errors import ConfigurationFault, Conflict, NotFound, Unavailable
from runtime.http import Call, Nothing, checked
from runtime.logging import get_logger
from runtime.store.configuration import Changed, Changes, Draft, Witness
from runtime.store.configuration_documents import Entity
from runtime.store.pages import PageRequest

log = get_logger(__name__)

E = TypeVar("E", bound=Entity)
T = TypeVar("T")
Users = Callable[[IdSet, Configuration, ConsoleDependencies], Awaitable[Sequence[str]]]
"""Who uses some ids of a kind that the configuration itself does not tell, and keeps them from being deleted."""
Limit = Annotated[int, Field(ge=1, le=500)]


class ListQuery(Value):
    """Which part of a list, in which order: by a field of the list's, with a minus for descending.

    Without `sort` it is by name, or by what the kind has instead.
    """

    search: Annotated[str, Field(max_length=200)] = ""
    sort: Annotated[str, Field(max_length=40)] = ""
    limit: Limit = 50
    cursor: Annotated[str | None, Field(max_length=1000)] = None

    def request(
        self,
        sortable: Sequence[str],
        searched: tuple[str, ...] = ("name",),
        among: Mapping[str, Collection[str]] | None = None,
    ) -> PageRequest:
        """What is asked of a store whose list can be sorted by `sortable`, the first of them where nothing is said.

        Raises:
            ConfigurationFault: it is to be sorted by something else.
        """
        sort = self.sort.removeprefix("-") or sortable[0]
        if sort not in sortable:
            raise ConfigurationFault(
                "sort", f"must be one of {', '.join(sortable)}; a minus before it turns the order round"
            )
        return PageRequest(
            search=self.search,
            searched=searched,
            among=among or {},
            sort=sort,
            descending=self.sort.startswith("-"),
            limit=self.limit,
            cursor=self.cursor,
        )


class Ids(Value):
    """What is to be deleted."""

    ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)]


class Deleted(Value):
    """What was deleted, and what used it."""

    deleted: tuple[str, ...]
    warnings: tuple[str, ...] = ()


class Paged(Value, Generic[T]):
    """A page of a list; `cursor` asks for the next one, and is null on the last."""

    items: tuple[T, ...]
    cursor: str | None = None


Seen = Callable[[Eyes, Principal], Awaitable[frozenset[str] | None]]
"""The ids of a kind that somebody sees; None: all."""


async def everything(_eyes: Eyes, _principal: Principal) -> frozenset[str] | None:
    """Whoever may read this kind sees all of it."""
    return None


async def nobody(_ids: IdSet, _configuration: Configuration, _with: ConsoleDependencies) -> Sequence[str]:
    """Nobody else uses this kind."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Generic[E]):
    """What distinguishes one kind.

    `name` is that of the field of `Configuration`. `build` makes the value of an input (with the stored one, if there
    is one); `as_input` is the opposite, for a patch to be laid over; `check` and `release` guard what refers to what;
    `show` makes the answer. `sortable` fields hold text; the first is what a list is sorted by. `narrow` says which
    values of which fields a query of the kind's own type asks for. `decided_by` are the keys of the whitelists of which
    `show` must know whether they have a rule; `users` are those whom the configuration does not tell. `read` are those
    who may look at the kind, `seen` is what of it each sees, `redacted` an answer without what is not for everybody.
    """

    name: str
    label: str
    model: type[E]
    input: type[BaseModel]
    view: type[BaseModel]
    build: Callable[[Any, str, E | None, Draft], E]
    as_input: Callable[[E, Mapping[str, Any]], dict[str, Any]]
    check: Callable[[E, Configuration], None]
    release: Release
    show: Callable[[E, Configuration, Filled], BaseModel]
    searched: tuple[str, ...] = ("name",)
    sortable: tuple[str, ...] = ("name", "id")
    query: type[ListQuery] = ListQuery
    narrow: Callable[[Any, Configuration], Mapping[str, Collection[str]]] = lambda _query, _configuration: {}
    decided_by: Callable[[Sequence[E], Configuration], Collection[str]] = lambda _values, _configuration: ()
    users: Users = nobody
    read: Access = OVERSEEING
    seen: Seen = everything
    redacted: Callable[[Principal, BaseModel], BaseModel] = lambda _principal, shown: shown

    @property
    def path(self) -> str:
        """Where the kind is found."""
        return f"/api/{self.name.replace('_', '-')}"


class ResourceApi(Generic[E]):
    """The operations on one kind."""

    def __init__(self, resource: Resource[E], dependencies: ConsoleDependencies) -> None:
        self._of = resource
        self._with = dependencies
        self._store = dependencies.configuration_store
        self._cache = dependencies.configuration_cache
        self._outbox = dependencies.outbox
        self._rules = dependencies.whitelist_rules
        self._eyes = Eyes(dependencies)
        self._auditor = Auditor(dependencies.access, dependencies.clock)

    async def list(self, call: Call[Nothing, ListQuery]) -> BaseModel:
        """A page."""
        seen = await self._of.seen(self._eyes, call.principal)
        theirs = {} if seen is None else {"_id": seen}
        among = {**self._of.narrow(call.query, self._cache.current), **theirs}
        request = call.query.request(self._of.sortable, self._of.searched, among)
        page = await self._store.find(self._of.model, request)
        shown = await self._shown(page.items, self._cache.current)
        items = tuple(self._of.redacted(call.principal, item) for item in shown)
        return Paged[self._of.view].model_construct(items=items, cursor=page.cursor)  # type: ignore[name-defined]

    async def read(self, call: Call[Nothing, Nothing]) -> BaseModel:
        """One value."""
        value = await self._store.get(self._of.model, call.path["id"])
        seen = await self._of.seen(self._eyes, call.principal)
        if value is None or (seen is not None and value.id not in seen):
            raise self._missing(call.path["id"])
        (shown,) = await self._shown((value,), self._cache.current)
        return self._of.redacted(call.principal, shown)

    async def create(self, call: Call[Any, Nothing]) -> BaseModel:
        """A new value, under an id of its own or the one that it brings."""
        entity_id = call.body.id or new_id()

        def decide(draft: Draft) -> Changes:
            if entity_id in self._existing(draft):
                raise Conflict(f"there is a {self._of.label} {entity_id} already")
            return self._decided(call.body, entity_id, draft)

        return await self._written(await self._store.change(decide, self._witness(call)))

    async def replace(self, call: Call[Any, Nothing]) -> BaseModel:
        """All fields anew."""
        return await self._update(call, lambda _stored: call.body)

    async def patch(self, call: Call[Patch, Nothing]) -> BaseModel:
        """Some fields anew."""

        def patched(stored: E) -> BaseModel:
            return checked(self._of.input, merged(self._of.as_input(stored, call.body.root), call.body.root))

        return await self._update(call, patched)

    async def delete(self, call: Call[Nothing, Nothing]) -> Deleted:
        """One value."""
        deleted = await self._delete(call, (call.path["id"],))
        if not deleted.deleted:
            raise self._missing(call.path["id"])
        return deleted

    async def delete_many(self, call: Call[Ids, Nothing]) -> Deleted:
        """Those of the values that exist."""
        return await self._delete(call, call.body.ids)

    async def _update(self, call: Call[Any, Nothing], body: Callable[[E], BaseModel]) -> BaseModel:
        entity_id = call.path["id"]

        def decide(draft: Draft) -> Changes:
            stored = self._existing(draft).get(entity_id)
            if stored is None:
                raise self._missing(entity_id)
            return self._decided(body(stored), entity_id, draft)

        return await self._written(await self._store.change(decide, self._witness(call)))

    async def _delete(self, call: Call[Any, Nothing], ids: Sequence[str]) -> Deleted:
        def found(configuration: Configuration) -> tuple[str, ...]:
            return tuple(i for i in dict.fromkeys(ids) if i in getattr(configuration, self._of.name))

        def decide(draft: Draft) -> Changes:
            going = found(draft.configuration)
            self._of.release(frozenset(going), draft.configuration)
            return Changes(delete=tuple((self._of.model, entity_id) for entity_id in going))

        unused(await self._of.users(frozenset(ids), self._cache.current, self._with))
        changed = await self._store.change(decide, self._witness(call))
        await self._announce(changed.version)
        gone = found(changed.before)
        return Deleted(deleted=gone, warnings=self._of.release(frozenset(gone), changed.before))

    def _witness(self, call: Call[Any, Nothing]) -> Witness:
        return witness(self._auditor, call, self._of.name)

    def _decided(self, body: BaseModel, entity_id: str, draft: Draft) -> Changes:
        named = getattr(body, "id", None)
        if named not in (None, entity_id):
            raise ConfigurationFault("id", "cannot be changed")
        value = self._of.build(body, entity_id, self._existing(draft).get(entity_id), draft)
        self._of.check(value, draft.configuration)
        return Changes(put=(value,))

    def _existing(self, draft: Draft) -> Mapping[str, E]:
        existing: Mapping[str, E] = getattr(draft.configuration, self._of.name)
        return existing

    def _missing(self, entity_id: str) -> NotFound:
        return NotFound(f"there is no {self._of.label} {entity_id}")

    async def _written(self, changed: Changed) -> BaseModel:
        await self._announce(changed.version)
        (value,) = changed.put
        (shown,) = await self._shown((value,), changed.before)  # type: ignore[arg-type] # of the kind that went in
        return shown

    async def _shown(self, values: Sequence[E], configuration: Configuration) -> tuple[BaseModel, ...]:
        filled = await self._rules.filled(self._of.decided_by(values, configuration))
        return tuple(self._of.show(value, configuration, filled) for value in values)

    async def _announce(self, version: int) -> None:
        try:
            await self._outbox.configuration_changed(version)
        except Unavailable as error:
            # The change stands; the others find it when they next look at the version.
            log.warning("configuration.not_announced", version=version, reason=str(error))
        await self._cache.changed()
