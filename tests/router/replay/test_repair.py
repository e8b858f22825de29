"""Repair: what never took effect is processed again, once and in order; what did is recognised."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from contracts.base import new_id
from contracts.deadletters import LetterState
from contracts.errors import Unavailable
from contracts.events import DeadlineReached, Event, MessageReceived, NoticeReceived, StatusReported
from contracts.messages import DeliveryState, MessageStatus
from contracts.replay import Replay, ReplayState
from runtime.deadletters import DeadLetters
from runtime.store.effects import Effect, EffectStore
from tests.parts import NOW, about, account, message, people, queue
from tests.patience import eventually
from tests.router.replay.conftest import Site, running

QUEUE = {"action": "Queue", "queue": "sales", "timeout": 600}
HELLO = {"action": "AutoReply", "text": "Hello", "times": "once"}
ANN, BEN = "+390000000001", "+390000000002"


def after(seconds: int) -> Any:  # noqa: ANN401 - a moment, as the builders take it
    return NOW + timedelta(seconds=seconds)


def chat(contact: str, *ids: str, start: int = 0) -> list[MessageReceived]:
    return [message(contact, one, received_at=after(start + place)) for place, one in enumerate(ids)]


def status(contact: str, about_id: str, state: DeliveryState, seconds: int, reference: str | None = None) -> Event:
    told = MessageStatus(
        provider_id=about_id,
        contact_key=contact,
        state=state,
        provider_state=state.value,
        occurred_at=after(seconds),
        reference=reference,
    )
    return StatusReported(**about(contact, after(seconds)), status=told)


async def configured(site: Site, *actions: dict[str, Any]) -> None:
    await site.parts.configure(*people("ann"), queue(agents=("ann",)), account(actions))


async def lose_all(site: Site) -> None:
    """Everything that events have left behind is lost; the configuration and the broker are not."""
    for name in ("interactions", "messages", "contacts", "routing_traces", "statuses", "notices", "agent_queues"):
        await site.parts.store.database[name].delete_many({})


async def test_what_was_lost_of_whole_conversations_stands_once_and_in_order(site: Site) -> None:
    await configured(site, QUEUE)
    await site.happen(*chat(ANN, "a1", "a2", "a3"), *chat(BEN, "b1", "b2"))
    expected = await site.log_of(ANN), await site.log_of(BEN)
    await lose_all(site)

    replay = await site.replay()

    assert (await site.log_of(ANN), await site.log_of(BEN)) == expected
    assert expected[0] == [[(1, "a1"), (2, "a2"), (3, "a3")]]
    assert (replay.state, replay.counts["repaired"], replay.progress) == (ReplayState.DONE, 5, 1.0)


async def test_what_was_lost_since_a_moment_is_added_to_what_there_is(site: Site) -> None:
    await configured(site, QUEUE)
    first, *later = chat(ANN, "a1", "a2", "a3", "a4")
    await site.happen(first)
    backup = await site.everything()
    await site.happen(*later)
    expected = await site.log_of(ANN)
    database = site.parts.store.database
    for name in ("interactions", "messages", "routing_traces"):
        await database[name].delete_many({})
        if backup[name]:
            await database[name].insert_many(backup[name])

    replay = await site.replay(filter={"since": after(0)})

    assert await site.log_of(ANN) == expected
    assert replay.counts["repaired"] == 3


@pytest.mark.parametrize("lost", [["a1"], ["a2"], ["a4"], ["a2", "a3"], ["a1", "a2", "a3", "a4"]], ids="-".join)
async def test_messages_that_are_missing_in_a_log_go_back_to_their_places(site: Site, lost: list[str]) -> None:
    await configured(site, QUEUE)
    await site.happen(*chat(ANN, "a1", "a2", "a3", "a4"))
    before, interaction = await site.log_of(ANN), await site.parts.one()
    await site.forget(*lost)

    replay = await site.replay()

    assert await site.log_of(ANN) == before
    assert replay.counts["in_place"] == replay.counts["repaired"] == len(lost)
    now = await site.parts.one()
    assert (now.message_count, now.unread, now.sequence) == (4, 4, 4)
    assert now.id == interaction.id


async def test_messages_of_one_webhook_go_back_to_their_places_too(site: Site) -> None:
    await configured(site, QUEUE)
    await site.happen(*[message(ANN, f"a{n}", received_at=after(1)) for n in range(1, 5)])
    before = await site.log_of(ANN)
    await site.forget("a2", "a3")
    await site.replay()
    assert await site.log_of(ANN) == before


async def test_a_repair_over_a_complete_log_changes_nothing(site: Site) -> None:
    await configured(site, HELLO, QUEUE)
    events = [
        *chat(ANN, "a1", "a2"),
        status(ANN, "out-1", DeliveryState.DELIVERED, 5),
        NoticeReceived(**about("", after(6)), kind="account", raw={"x": 1}),
    ]
    await site.happen(*events)
    due = DeadlineReached(**about(ANN, after(7)), interaction_id="i0", due_at=after(7))
    await site.parts.outbox.events([due])
    before = await site.everything()

    replay = await site.replay()

    assert await site.everything() == before
    assert replay.counts == {
        "read": 5,
        "matched": 5,
        "type:message_received": 2,
        "type:status_reported": 1,
        "type:notice_received": 1,
        "type:deadline_reached": 1,
        "outcome:stored": 2,
        "outcome:recorded": 2,
        "outcome:internal": 1,
    }


async def test_the_event_log_is_not_written_to_by_a_repair(site: Site) -> None:
    await configured(site, QUEUE)
    await site.happen(*chat(ANN, "a1", "a2"))
    await lose_all(site)
    first = await site.replay()
    again = await site.replay()
    assert (first.counts["repaired"], again.counts["read"]) == (2, 2)
    assert "repaired" not in again.counts


async def test_what_is_on_its_way_is_not_taken_for_lost(quiet_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site = quiet_site
    monkeypatch.setattr("router.replay.repair.YOUNG_S", 30.0)
    await configured(site, QUEUE)
    await site.parts.outbox.events(chat(ANN, "a1", "a2"))
    working = asyncio.create_task(site.replay())
    async with running(site):
        assert "repaired" not in (await working).counts
    assert await site.log_of(ANN) == [[(1, "a1"), (2, "a2")]]


async def test_a_dry_run_counts_and_does_nothing(site: Site) -> None:
    await configured(site, QUEUE)
    await site.happen(*chat(ANN, "a1", "a2", "a3"))
    await site.forget("a2")
    before = await site.everything()
    replay = await site.replay(dry_run=True)
    assert await site.everything() == before
    assert (replay.counts["to_repair"], replay.counts["outcome:missing"], replay.counts["outcome:stored"]) == (1, 1, 2)


@pytest.mark.parametrize(
    ("wanted", "repaired"),
    [
        ({"contacts": [BEN]}, ["b1"]),
        ({"accounts": ["other"]}, []),
        ({"since": after(1), "until": after(2)}, ["a2"]),
        ({"types": ["status_reported"]}, []),
        ({"outcomes": ["stored"]}, []),
        ({"outcomes": ["missing"], "contacts": [ANN]}, ["a1", "a2"]),
    ],
    ids=str,
)
async def test_only_what_the_filter_means_is_repaired(site: Site, wanted: dict[str, Any], repaired: list[str]) -> None:
    await configured(site, QUEUE)
    await site.happen(*chat(ANN, "a1", "a2"), *chat(BEN, "b1"))
    await site.forget("a1", "a2", "b1")
    await site.replay(filter=wanted)
    logs = [*await site.log_of(ANN), *await site.log_of(BEN)]
    assert [name for log in logs for _, name in log] == repaired


async def test_an_automatic_reply_that_was_never_made_is_made_once(site: Site) -> None:
    await configured(site, HELLO, QUEUE)
    await site.happen(*chat(ANN, "a1"))
    await lose_all(site)
    await site.replay()
    await site.replay()
    (reply,) = await site.outbound()
    assert (reply.state, reply.sequence) == (DeliveryState.QUEUED, 2)


async def test_nothing_is_said_again_after_something_has_reached_the_customer(site: Site) -> None:
    await configured(site, HELLO, QUEUE)
    (event,) = chat(ANN, "a1")
    await site.happen(event, status(ANN, "out-1", DeliveryState.DELIVERED, 5, f"{event.event_id}-1"))
    await lose_all(site)

    replay = await site.replay()

    (reply,) = await site.outbound()
    assert (reply.id, reply.state) == (f"{event.event_id}-1", DeliveryState.DELIVERED)
    assert replay.counts["quiet"] == 1
    assert all(one.claimed_by is None and one.attempts == 0 for one in await site.outbound())


async def test_nothing_is_said_again_where_the_list_was_walked_before(site: Site) -> None:
    await configured(site, HELLO, QUEUE)
    await site.happen(*chat(ANN, "a1"))
    for name in ("interactions", "messages"):
        await site.parts.store.database[name].delete_many({})
    await site.replay()
    (reply,) = await site.outbound()
    assert reply.state is DeliveryState.UNCONFIRMED
    assert reply.state_reason is not None
    assert "replay" in reply.state_reason.sentence


async def test_replies_are_held_back_where_that_is_asked_for(site: Site) -> None:
    await configured(site, HELLO, QUEUE)
    await site.happen(*chat(ANN, "a1"))
    await lose_all(site)
    await site.replay(hold_replies=True)
    (reply,) = await site.outbound()
    assert reply.state is DeliveryState.UNCONFIRMED


async def test_a_refusal_is_not_said_again(site: Site) -> None:
    listed = account([QUEUE], whitelist_mode="only_listed", refusal_text="No")
    await site.parts.configure(*people("ann"), queue(agents=("ann",)), listed)
    (event,) = chat(ANN, "a1")
    await site.happen(event, status(ANN, "out-1", DeliveryState.SENT, 5))
    database = site.parts.store.database
    for name in ("rejections", "messages", "refusals"):
        await database[name].delete_many({})

    replay = await site.replay()

    assert replay.counts["repaired"] == 1
    assert await database["rejections"].count_documents({}) == 1
    assert await database["messages"].count_documents({}) == 0


async def test_a_status_that_its_message_has_not_seen_is_applied_again(site: Site) -> None:
    await configured(site, HELLO, QUEUE)
    (event,) = chat(ANN, "a1")
    reply_id = f"{event.event_id}-1"
    await site.happen(event)
    await site.happen(status(ANN, "out-1", DeliveryState.READ, 5, reply_id))
    messages = site.parts.store.database["messages"]
    await messages.update_one({"_id": reply_id}, {"$set": {"state": "sent", "state_rank": 2}})
    replay = await site.replay()
    (reply,) = await site.outbound()
    assert reply.state is DeliveryState.READ
    assert replay.counts["repaired"] == 1


class Killed(BaseException):
    """The replayer has ended here."""


class Fuse(EffectStore):
    """Ends the replayer at its n-th look at the database."""

    def __init__(self, site: Site, at: int) -> None:
        super().__init__(site.parts.store, site.letters)
        self._left = at

    async def of(self, events: Sequence[Event]) -> dict[str, Effect]:
        self._left -= 1
        if self._left == 0:
            raise Killed
        return await super().of(events)


@pytest.mark.parametrize("at", [1, 2, 3, 4, 6])
async def test_a_replayer_that_is_killed_is_followed_by_one_that_goes_on(
    site: Site, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("router.replay.replayer.BATCH", 2)
    await configured(site, HELLO, QUEUE)
    events = [*chat(ANN, *[f"a{n}" for n in range(6)]), *chat(BEN, "b1", "b2", start=10)]
    await site.happen(*events)
    expected = await site.log_of(ANN), await site.log_of(BEN)
    await lose_all(site)
    asked = await site.ask()
    with pytest.raises(Killed):
        await site.carry_out(site.replayer(effects=Fuse(site, at)))
    assert await site.replays.claim("r2", site.parts.clock()) is None
    site.parts.clock.pass_(20)

    replay = await site.carry_out(name="r2")

    assert (replay.id, replay.state) == (asked.id, ReplayState.DONE)
    assert (await site.log_of(ANN), await site.log_of(BEN)) == expected
    assert len(await site.outbound()) == 2
    assert replay.counts["read"] == 8


async def test_a_replay_stops_when_it_is_told_to_and_goes_on_where_it_was(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("router.replay.replayer.BATCH", 1)
    await configured(site, QUEUE)
    await site.happen(*chat(ANN, *[f"a{n}" for n in range(10)]))
    expected = await site.log_of(ANN)
    await lose_all(site)
    asked = await site.ask(rate=5)
    working = asyncio.create_task(site.carry_out())

    async def begun() -> bool:
        found = await site.replays.get(asked.id)
        return found is not None and found.counts.get("repaired", 0) >= 2

    await eventually(begun)
    await site.replays.stop(asked.id, site.parts.clock())
    stopped = await working
    assert stopped.state is ReplayState.STOPPED
    assert 0 < stopped.progress < 1
    assert stopped.counts["repaired"] < 10

    await site.replays.resume(asked.id)
    await site.parts.store.database["replays"].update_one({"_id": asked.id}, {"$set": {"rate": 5000}})
    done = await site.carry_out()
    assert (done.state, done.counts["repaired"], done.counts["read"]) == (ReplayState.DONE, 10, 10)
    assert await site.log_of(ANN) == expected


async def test_a_replay_waits_for_the_routers_and_says_so(quiet_site: Site) -> None:
    site = quiet_site
    await configured(site, QUEUE)
    async with running(site):
        await site.happen(*chat(ANN, "a1"))
    await lose_all(site)
    asked = await site.ask()
    working = asyncio.create_task(site.carry_out())

    async def waits() -> bool:
        found: Replay | None = await site.replays.get(asked.id)
        return found is not None and "routers" in found.waiting

    await eventually(waits)
    async with running(site):
        assert (await working).counts["repaired"] == 1


async def test_live_traffic_has_precedence(quiet_site: Site) -> None:
    site = quiet_site
    await configured(site, QUEUE)
    async with running(site):
        await site.happen(*chat(ANN, "a1"))
    await lose_all(site)
    for event in chat(BEN, *[f"b{n}" for n in range(30)]):
        await site.parts.outbox.events([event])
    asked = await site.ask(filter={"contacts": [ANN]})
    working = asyncio.create_task(site.carry_out())

    async def waits() -> bool:
        found = await site.replays.get(asked.id)
        return found is not None and "precedence" in found.waiting

    await eventually(waits)
    async with running(site):
        assert (await working).counts["repaired"] == 1
    assert await site.log_of(ANN) == [[(1, "a1")]]
    assert len((await site.log_of(BEN))[0]) == 30


async def test_a_parked_event_is_processed_when_its_fault_is_gone(site: Site) -> None:
    await site.parts.configure(*people("ann"), queue(agents=("ann",)))
    events = chat(ANN, "a1", "a2")
    await site.happen(*events)  # there is no such account: both are dead letters
    assert [letter.state for letter in await site.letters.find()] == [LetterState.OPEN] * 2
    await configured(site, QUEUE)

    replay = await site.replay()

    assert await site.log_of(ANN) == [[(1, "a1"), (2, "a2")]]
    assert replay.counts["outcome:parked"] == replay.counts["repaired"] == 2
    assert {letter.state for letter in await site.letters.find()} == {LetterState.RETRIED}


async def test_an_event_that_fails_again_is_parked_again_and_the_replay_goes_on(site: Site) -> None:
    await site.parts.configure(*people("ann"), queue(agents=("ann",)))
    await site.happen(*chat(ANN, "a1"))
    site.parts.clock.pass_(60)
    replay = await site.replay()
    (letter,) = await site.letters.find()
    assert (letter.state, letter.retries, letter.attempts) == (LetterState.OPEN, 1, 2)
    assert (replay.state, replay.counts["parked"]) == (ReplayState.DONE, 1)


async def test_what_was_discarded_stays_discarded(site: Site) -> None:
    await site.parts.configure(*people("ann"), queue(agents=("ann",)))
    await site.happen(*chat(ANN, "a1"))
    (letter,) = await site.letters.find()
    await DeadLetters(site.letters, site.parts.outbox, site.parts.clock).discard(letter.id, "ann")
    await configured(site, QUEUE)
    replay = await site.replay()
    assert await site.log_of(ANN) == []
    assert replay.counts["outcome:discarded"] == 1


async def test_a_broker_that_is_away_is_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("router.replay.replayer.RETRY_S", 0.1)
    await configured(site, QUEUE)
    await site.happen(*chat(ANN, "a1"))
    await lose_all(site)
    right = site.parts.outbox.events_again
    left = [2]

    async def wrong(events: Sequence[Event]) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise Unavailable("RabbitMQ: away")
        await right(events)

    monkeypatch.setattr(site.parts.outbox, "events_again", wrong)
    replay = await site.replay()
    assert (replay.state, replay.counts["repaired"], replay.waiting) == (ReplayState.DONE, 1, "")


async def test_an_error_of_ours_ends_the_replay_with_a_sentence(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    await configured(site, QUEUE)
    await site.happen(*chat(ANN, "a1"))

    async def wrong(_events: Sequence[Event]) -> dict[str, Effect]:
        raise KeyError(new_id())

    monkeypatch.setattr(site.effects, "of", wrong)
    replay = await site.replay()
    assert (replay.state, replay.reason) == (ReplayState.FAILED, "an error of ours, and logged: KeyError")
