"""The rules of whitelists, in a collection of their own: a whitelist may have millions, and no process holds them.

A document is nothing but its `_id`, the whitelist's `rules_key` and the rule (`contracts.whitelists.rule_id`): so every
rule is there once, the rules of a whitelist lie beside one another in order, and no other index is needed.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from pymongo import ASCENDING
from pymongo.errors import BulkWriteError

from contracts.contacts import contact_id
from contracts.errors import NotFound
from contracts.whitelists import LIST_MARK, ListRule, Rule, rule_id, rule_of, rules_naming
from runtime.store.client import Document, Store, store_errors
from runtime.store.collections import CONTACTS
from runtime.store.duplicates import duplicates
from runtime.store.pages import Page

WHITELISTS, RULES = "whitelists", "whitelist_rules"
BETWEEN, BEHIND = ":", ";"
"""What stands between key and rule, and the character behind it, where the rules of a key end."""
LAST = "\uffff"


class WhitelistRules:
    """Reads and writes of rules. All methods raise `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._whitelists = store.database[WHITELISTS]
        self._rules = store.database[RULES]

    async def add(self, key: str, rules: Collection[Rule]) -> int:
        """Add rules; how many of them were not there yet."""
        documents = [{"_id": _id(key, rule_id(rule))} for rule in rules]
        with store_errors():
            try:
                await self._rules.insert_many(documents, ordered=False)
            except BulkWriteError as error:
                return len(documents) - len(duplicates(error))
        return len(documents)

    async def lay(self, whitelist_id: str, rules: Sequence[Rule]) -> Counter[str]:
        """Add rows of an import to a whitelist, and count what became of them; the same may come any number of times.

        Raises:
            NotFound: the whitelist has been deleted.
        """
        with store_errors():
            whitelist = await self._whitelists.find_one({"_id": whitelist_id})
        if whitelist is None:
            raise NotFound(f"there is no whitelist {whitelist_id}")
        created = await self.add(whitelist["rules_key"], rules) if rules else 0
        return Counter(created=created, unchanged=len(rules) - created)

    async def remove(self, key: str, rule: Rule) -> bool:
        """Take a rule away; whether it was there."""
        with store_errors():
            result = await self._rules.delete_one({"_id": _id(key, rule_id(rule))})
        return result.deleted_count == 1

    async def page(self, key: str, limit: int, begin: str = "", cursor: str | None = None) -> Page[Rule]:
        """Rules whose ids begin so, in the order of the ids; `cursor` is what the page before gave."""
        rules: Document = {"$gte": _id(key, begin), "$lt": _id(key, begin) + LAST}
        after = {} if cursor is None else {"$gt": _id(key, cursor)}
        with store_errors():
            found = self._rules.find({"$and": [{"_id": rules}, {"_id": after}] if after else [{"_id": rules}]})
            documents = await found.sort("_id", ASCENDING).limit(limit + 1).to_list(None)
        ids = [document["_id"].removeprefix(_id(key, "")) for document in documents]
        return Page(tuple(map(rule_of, ids[:limit])), ids[limit - 1] if len(ids) > limit else None)

    async def filled(self, keys: Collection[str]) -> frozenset[str]:
        """Those of the keys that have a rule."""
        with store_errors():
            found = await asyncio.gather(*(self._rules.find_one({"_id": _all(key)}) for key in keys))
        return frozenset(key for key, rule in zip(keys, found, strict=True) if rule is not None)

    async def admitting_lists(self, keys: Collection[str], lists: Collection[str]) -> frozenset[str]:
        """Those of the keys that have a rule for one of these contact lists."""
        with store_errors():
            cursor = self._rules.find({"_id": {"$in": _list_rules(keys, lists)}})
            return frozenset([_split(document["_id"])[0] async for document in cursor])

    async def naming(self, senders: Mapping[str, Collection[str]], lists: Collection[str]) -> dict[str, frozenset[str]]:
        """The keys that have a rule for a sender, by contact key, of those that are asked for; in one query.

        Its cost does not grow with the rules: it looks up each rule that could name a sender by its `_id`.

        Args:
            senders: the keys to look at, by contact key.
            lists: the contact lists that there are. A rule for one that is gone admits nobody.
        """
        if not senders:
            return {}
        rules = {(sender, key): _naming(sender, key) for sender, keys in senders.items() for key in keys}
        with store_errors():
            found = await self._rules.aggregate(lookup(rules, lists)).to_list(None)
        present = {document["_id"] for document in found}
        members = {(member, _split(document["_id"])[0]) for document in found for member in document.get("members", ())}
        named = {pair for pair, wanted in rules.items() if not present.isdisjoint(wanted)}
        named |= {
            (sender, key) for sender, key in rules if any((contact_id(one, sender), key) in members for one in lists)
        }
        return {sender: frozenset(key for key in keys if (sender, key) in named) for sender, keys in senders.items()}

    async def discard_orphans(self, limit: int) -> int:
        """Take away rules whose whitelist is gone, so many at most; how many it were.

        A key is never given twice: one that no whitelist has although it has rules, none will ever have again.
        """
        left, last = limit, ""
        with store_errors():
            known = set(await self._whitelists.distinct("rules_key"))
            while left and (rule := await self._rules.find_one({"_id": {"$gt": last}}, sort=[("_id", ASCENDING)])):
                key, _ = _split(rule["_id"])
                last = key + BEHIND
                # One that is not known may just have been made; it was there before its first rule.
                if key not in known and await self._whitelists.find_one({"rules_key": key}) is None:
                    left -= await self._discard(key, left)
        return limit - left

    async def _discard(self, key: str, limit: int) -> int:
        ids = [rule["_id"] async for rule in self._rules.find({"_id": _all(key)}).sort("_id", ASCENDING).limit(limit)]
        if ids:
            await self._rules.delete_many({"_id": {"$gte": ids[0], "$lte": ids[-1]}})
        return len(ids)


def _id(key: str, rule: str) -> str:
    return f"{key}{BETWEEN}{rule}"


def _split(name: str) -> tuple[str, str]:
    key, _, rule = name.partition(BETWEEN)
    return key, rule


def _all(key: str) -> Document:
    return {"$gte": key + BETWEEN, "$lt": key + BEHIND}


def _list_rules(keys: Collection[str], lists: Collection[str]) -> list[str]:
    return [_id(key, rule_id(ListRule(list_id=list_id))) for key in keys for list_id in lists]


def _naming(sender: str, key: str) -> list[str]:
    return [_id(key, rule) for rule in rules_naming(sender)]


def lookup(rules: Mapping[tuple[str, str], Collection[str]], lists: Collection[str]) -> list[Document]:
    """The aggregation over rules that finds those that are there, and with rules for lists the senders in them."""
    wanted = {rule for names in rules.values() for rule in names}
    stages: list[Document] = [{"$match": {"_id": {"$in": sorted(wanted)}}}]
    if lists:
        senders, keys = {sender for sender, _ in rules}, {key for _, key in rules}
        stages.append({"$unionWith": {"coll": RULES, "pipeline": _members(sorted(senders), _list_rules(keys, lists))}})
    return stages


def _members(senders: Collection[str], list_rules: Collection[str]) -> list[Document]:
    # The id of a contact, as `contact_id` makes it: of the list in the rule, and each sender.
    of_list: Document = {"$arrayElemAt": [{"$split": ["$_id", LIST_MARK]}, 1]}
    ids = {"$map": {"input": {"$literal": senders}, "in": {"$concat": [of_list, ":", "$$this"]}}}
    found = {"from": CONTACTS, "localField": "ids", "foreignField": "_id", "pipeline": [{"$project": {"_id": 1}}]}
    return [
        {"$match": {"_id": {"$in": list_rules}}},
        {"$set": {"ids": ids}},
        {"$lookup": {**found, "as": "members"}},
        {"$project": {"members": "$members._id"}},
    ]
