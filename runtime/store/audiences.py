"""Whom changes concern that their writers knew only a name of: read together, a few milliseconds later."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from contracts.live import LiveKind
from runtime.live.news import About, Item
from runtime.store.client import Document, Store, store_errors
from runtime.store.collections import INTERACTIONS, MESSAGES
from runtime.store.documents import holders_of


@dataclass(frozen=True, slots=True)
class _Named:
    """A message's id, its interaction and its account."""

    id: str
    interaction_id: str
    account_id: str
    provider_id: str


class Audiences:
    """Completes changes. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._messages = store.database[MESSAGES]
        self._interactions = store.database[INTERACTIONS]

    async def complete(self, items: Collection[Item], statuses: Collection[About]) -> list[Item]:
        """The items, and those of the messages that statuses are about, with all whom they concern.

        What is not there any more, or not yet, is left out.
        """
        nameless = {item.id for item in items if item.kind is LiveKind.MESSAGE and item.interaction_id is None}
        named = await self._named(nameless, statuses) if nameless or statuses else []
        by_id = {message.id: message for message in named}
        known = [item for item in items if item.id not in nameless or item.id in by_id]
        for item in known:
            if item.id in nameless:
                item.interaction_id, item.account_id = by_id[item.id].interaction_id, by_id[item.id].account_id
        return await self._with_people([*known, *_reported(named, statuses)])

    async def _named(self, ids: set[str], statuses: Collection[About]) -> list[_Named]:
        asked: list[Document] = [{"_id": {"$in": [*ids, *(one.reference for one in statuses if one.reference)]}}]
        by_account: dict[str, set[str]] = defaultdict(set)
        for one in statuses:
            if one.provider_id:
                by_account[one.account_id].add(one.provider_id)
        asked += [
            {"account_id": account, "provider_id": {"$in": list(names)}, "direction": "outbound"}
            for account, names in by_account.items()
        ]
        fields = {"interaction_id": 1, "account_id": 1, "provider_id": 1}
        with store_errors():
            cursor = self._messages.find({"$or": asked}, fields)
            return [
                _Named(row["_id"], row["interaction_id"], row["account_id"], row["provider_id"]) async for row in cursor
            ]

    async def _with_people(self, items: list[Item]) -> list[Item]:
        wanted = {item.interaction_id for item in items if not item.resolved}
        found = await self._people(wanted) if wanted else {}
        complete: list[Item] = []
        for item in items:
            row = found.get(item.interaction_id or "")
            if not item.resolved and row is None:
                continue
            complete.append(item)
            if not item.resolved and row is not None:
                complete += _filled(item, row)
        return complete

    async def _people(self, ids: Collection[str | None]) -> dict[str, Document]:
        fields = {"account_id": 1, "queue_id": 1, "owner": 1, "offered_to": 1}
        with store_errors():
            cursor = self._interactions.find({"_id": {"$in": list(ids)}}, fields)
            return {row["_id"]: row async for row in cursor}


def _filled(item: Item, row: Document) -> Iterator[Item]:
    """Write down whom an item concerns; the agent queues that change with it."""
    item.account_id = row["account_id"]
    item.queues |= {row["queue_id"]} - {None}
    people = holders_of(row)
    item.agents |= people
    for agent in people if item.fronts else ():
        yield Item(LiveKind.AGENT_QUEUE, agent, item.interaction_id, item.account_id, agent)


def _reported(named: Iterable[_Named], statuses: Iterable[About]) -> Iterator[Item]:
    """The messages that statuses are about, and the interactions of those that failed."""
    failed: dict[tuple[str, str], bool] = {}
    for one in statuses:
        for name in filter(None, (one.reference, one.provider_id)):
            failed[one.account_id, name] = one.failed or failed.get((one.account_id, name), False)
    for message in named:
        names = ((message.account_id, name) for name in (message.id, message.provider_id))
        said = [failed[name] for name in names if name in failed]
        if said:
            yield Item(LiveKind.MESSAGE, message.id, message.interaction_id, message.account_id, resolved=False)
        if any(said):
            about = message.interaction_id
            yield Item(LiveKind.INTERACTION, about, about, message.account_id, resolved=False, fronts=True)
