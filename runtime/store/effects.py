"""What became of events: whether each has left behind what it was to leave, in as few reads as a batch can do with."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pymongo import DESCENDING

from contracts.deadletters import KeptLetter, LetterState
from contracts.events import Event, MessageReceived, NoticeReceived, StatusReported
from contracts.messages import STATUS_RANK, message_id
from contracts.replay import EventOutcome
from runtime.store.client import Document, Store, store_errors
from runtime.store.collections import INTERACTIONS, MESSAGES, NOTICES, REJECTIONS, STATUSES, TRACES
from runtime.store.deadletters import DeadLetterStore

MOST_INTERACTIONS = 20
FATES = {LetterState.OPEN: EventOutcome.PARKED, LetterState.DISCARDED: EventOutcome.DISCARDED}
"""What a dead letter says of its event; one that was sent back says nothing: it is under way."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of one event.

    Of a message that is stored, the place: the interaction and the number in its log. `walked`: an action list was
    walked because of it. `letters` are the open dead letters that it is in.
    """

    outcome: EventOutcome
    interaction_id: str | None = None
    sequence: int = 0
    walked: bool = False
    letters: tuple[KeptLetter, ...] = ()


@dataclass(slots=True)
class Log:
    """The numbers of an interaction's log that are taken, and when the customer's messages among them came."""

    interaction_id: str
    opened_at: datetime
    length: int
    taken: set[int] = field(default_factory=set)
    inbound: list[tuple[datetime, int]] = field(default_factory=list)


class EffectStore:
    """Reads of what events have left behind. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store, letters: DeadLetterStore) -> None:
        self._db = store.database
        self._letters = letters

    async def of(self, events: Sequence[Event]) -> dict[str, Effect]:
        """What became of each event, by its id."""
        messages = [event for event in events if isinstance(event, MessageReceived)]
        statuses = [event for event in events if isinstance(event, StatusReported)]
        effects = {event.event_id: Effect(EventOutcome.INTERNAL) for event in events}
        effects |= await self._messages(messages)
        effects |= await self._statuses(statuses)
        effects |= await self._notices([event for event in events if isinstance(event, NoticeReceived)])
        missing = [event_id for event_id, effect in effects.items() if effect.outcome is EventOutcome.MISSING]
        return effects | await self._left_behind(missing)

    async def _messages(self, events: Iterable[MessageReceived]) -> dict[str, Effect]:
        names = {event.event_id: message_id(event.account_id, event.message.provider_id) for event in events}
        stored = await self._found(MESSAGES, names.values(), ("interaction_id", "sequence"))
        rejected = await self._found(REJECTIONS, names.values())
        effects = {}
        for event_id, name in names.items():
            if name in stored:
                place = stored[name]
                effects[event_id] = Effect(EventOutcome.STORED, place["interaction_id"], place["sequence"])
            else:
                effects[event_id] = Effect(EventOutcome.REJECTED if name in rejected else EventOutcome.MISSING)
        return effects

    async def _statuses(self, events: Sequence[StatusReported]) -> dict[str, Effect]:
        names = {event.event_id: status_id(event) for event in events}
        stored = await self._found(STATUSES, names.values())
        outranked = await self._outranked(events)
        return {
            event_id: Effect(
                EventOutcome.RECORDED if name in stored and event_id not in outranked else EventOutcome.MISSING
            )
            for event_id, name in names.items()
        }

    async def _outranked(self, events: Sequence[StatusReported]) -> set[str]:
        """The statuses whose message stands lower than they say."""
        if not events:
            return set()
        references = [event.status.reference for event in events if event.status.reference]
        ids = [event.status.provider_id for event in events if event.status.provider_id]
        accounts = list({event.account_id for event in events})
        query: Document = {
            "$or": [
                {"_id": {"$in": references}, "direction": "outbound"},
                {"account_id": {"$in": accounts}, "provider_id": {"$in": ids}, "direction": "outbound"},
            ]
        }
        ranks: dict[tuple[str, str], int] = {}
        with store_errors():
            fields = {"account_id": 1, "provider_id": 1, "state_rank": 1}
            async for document in self._db[MESSAGES].find(query, fields):
                ranks[document["account_id"], document["provider_id"]] = document["state_rank"]
                ranks[document["account_id"], document["_id"]] = document["state_rank"]
        highest = max(STATUS_RANK.values())
        return {
            event.event_id
            for event in events
            if any(
                ranks.get((event.account_id, name), highest) < STATUS_RANK[event.status.state]
                for name in (event.status.provider_id, event.status.reference)
                if name
            )
        }

    async def _notices(self, events: Iterable[NoticeReceived]) -> dict[str, Effect]:
        names = [event.event_id for event in events]
        stored = await self._found(NOTICES, names)
        return {name: Effect(EventOutcome.RECORDED if name in stored else EventOutcome.MISSING) for name in names}

    async def _left_behind(self, missing: Collection[str]) -> dict[str, Effect]:
        """Of events without effect: whether they are dead letters, and whether a list was walked for them."""
        if not missing:
            return {}
        walked = await self._found(TRACES, missing)
        letters = await self._letters.of_events(missing)
        effects = {}
        for event_id in missing:
            by_state: dict[LetterState, list[KeptLetter]] = {}
            for letter in letters.get(event_id, []):
                by_state.setdefault(letter.state, []).append(letter)
            outcome = next((FATES[state] for state in FATES if state in by_state), EventOutcome.MISSING)
            still_open = tuple(by_state.get(LetterState.OPEN, ()))
            effects[event_id] = Effect(outcome, walked=event_id in walked, letters=still_open)
        return effects

    async def destinations(self, events: Collection[str]) -> dict[str, Document]:
        """The routing traces of events as they are stored, by event."""
        return await self._found(TRACES, events, ("entries", "interaction_id"))

    async def logs(self, conversations: Collection[str]) -> dict[str, list[Log]]:
        """The logs of the latest interactions of each conversation, the latest opened first."""
        logs: dict[str, list[Log]] = {}
        by_id: dict[str, Log] = {}
        with store_errors():
            cursor = self._db[INTERACTIONS].find({"conversation": {"$in": list(conversations)}})
            async for document in cursor.sort("opened_at", DESCENDING):
                of_this = logs.setdefault(document["conversation"], [])
                if len(of_this) < MOST_INTERACTIONS:
                    one = Log(document["_id"], document["opened_at"], document["sequence"])
                    by_id[one.interaction_id] = one
                    of_this.append(one)
            fields = {"interaction_id": 1, "sequence": 1, "direction": 1, "received_at": 1}
            async for document in self._db[MESSAGES].find({"interaction_id": {"$in": list(by_id)}}, fields):
                one = by_id[document["interaction_id"]]
                one.taken.add(document["sequence"])
                if document["direction"] == "inbound":
                    one.inbound.append((document["received_at"], document["sequence"]))
        return logs

    async def _found(self, collection: str, ids: Collection[str], fields: Sequence[str] = ()) -> dict[str, Document]:
        if not ids:
            return {}
        with store_errors():
            cursor = self._db[collection].find({"_id": {"$in": list(ids)}}, dict.fromkeys(("_id", *fields), 1))
            return {document["_id"]: document async for document in cursor}


def status_id(event: StatusReported) -> str:
    """The id under which a status is kept."""
    return f"{message_id(event.account_id, event.status.provider_id)}:{event.status.provider_state}"
