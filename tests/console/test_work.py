"""The life of an interaction after somebody has it, over the API, with everything behind it at work."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from contracts.interactions import InteractionState, TransferOutcome
from contracts.queues import AgentState
from tests.desk import AGENTS, Desk, at_work
from tests.parts import Parts

OTHER = "+39333000002"
SOLD = {"disposition": ["Sold", "Online"]}


@pytest.fixture
async def desk(parts: Parts) -> AsyncIterator[Desk]:
    async with at_work(parts) as desk:
        yield desk
        await desk.is_sound()


@pytest.fixture
async def strict(parts: Parts) -> AsyncIterator[Desk]:
    """A disposition is mandatory, and whoever owes one pauses; each agent can take one interaction."""
    mandatory = {"enabled": True, "pause": "paperwork"}
    async with at_work(parts, capacity=1, mandatory_disposition=mandatory) as desk:
        yield desk
        await desk.is_sound()


# --- closing


async def test_closing_keeps_the_disposition_and_gives_the_owner_room_at_once(parts: Parts) -> None:
    async with at_work(parts, capacity=1) as desk:
        await desk.be("offline", "ann", "cai")
        first = await desk.owned_by("ben")
        await desk.write(OTHER)
        assert (await desk.of(OTHER)).offered_to == ()

        closed = await desk.done("POST", f"interactions/{first}/close?agent=ben", SOLD)

        assert (closed["state"], closed["disposition"], closed["due_at"]) == ("closed", ["Sold", "Online"], None)
        assert (await desk.of(OTHER)).offered_to == ("ben",)
        assert "ben closed Sold > Online" in await desk.trace_of(first)
        await desk.is_sound()


async def test_only_the_owner_and_supervisors_close_and_only_what_is_open(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    path = f"interactions/{one}/close"
    assert await desk.refused("POST", f"{path}?agent=ben", SOLD) == "the interaction is ann's"
    await desk.done("POST", path, {})
    assert await desk.refused("POST", path, SOLD) == "an interaction cannot go from closed to closed"
    await desk.refused("POST", "interactions/nothing/close", SOLD, status=404)


async def test_a_message_that_the_owner_has_not_seen_keeps_an_interaction_open(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    await desk.write()
    assert "written again" in await desk.refused("POST", f"interactions/{one}/close?agent=ann", {"seen": 1})
    await desk.done("POST", f"interactions/{one}/close?agent=ann", {"seen": 2})


async def test_after_closing_the_next_message_opens_a_new_interaction(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    await desk.done("POST", f"interactions/{one}/close", SOLD)
    await desk.write()
    assert (await desk.of()).id != one
    assert (await desk.of()).previous_agent == "ann"


async def test_a_disposition_that_does_not_apply_is_refused_where_some_are_configured(desk: Desk) -> None:
    await desk.done("POST", "dispositions", {"levels": ["Sold", "Online"], "scope": "account", "scope_id": "shop"})
    await desk.done("POST", "dispositions", {"levels": ["Lost"], "scope": "queue", "scope_id": "sales"})
    one = await desk.owned_by("ann")
    for wrong in (["Sold"], ["Bought"], ["Sold", "Online", "Card"]):
        await desk.refused("POST", f"interactions/{one}/close", {"disposition": wrong}, status=422)
    for wrong in ([], ["a", "b", "c", "d"], [" "]):
        await desk.refused("POST", f"interactions/{one}/close", {"disposition": wrong}, status=422)
    await desk.done("POST", f"interactions/{one}/close", {"disposition": ["Lost"]})


# --- the mandatory disposition


async def test_who_owes_a_disposition_pauses_until_it_is_given(strict: Desk) -> None:
    one = await strict.owned_by("ben")
    await strict.done("POST", f"interactions/{one}/close?agent=ben", {})
    assert (await strict.get(one)).state is InteractionState.WRAPUP
    assert await strict.state_of("ben") == (AgentState.PAUSE, "paperwork")
    assert "disposition" in await strict.refused("PUT", "agents/ben/state", {"state": "available"})
    await strict.is_sound()

    await strict.be("offline", "ann", "cai")
    await strict.write(OTHER)
    await strict.done("PUT", f"interactions/{one}/disposition?agent=ben", SOLD)

    closed = await strict.get(one)
    assert (closed.state, closed.disposition) == (InteractionState.CLOSED, ("Sold", "Online"))
    assert await strict.state_of("ben") == (AgentState.AVAILABLE, "")
    assert (await strict.of(OTHER)).offered_to == ("ben",)


async def test_a_disposition_given_at_closing_needs_no_pause(strict: Desk) -> None:
    one = await strict.owned_by("ann")
    await strict.done("POST", f"interactions/{one}/close?agent=ann", SOLD)
    assert await strict.state_of("ann") == (AgentState.AVAILABLE, "")
    assert "disposition is given in wrap-up" in await strict.refused("PUT", f"interactions/{one}/disposition", SOLD)


async def test_an_agent_goes_back_to_what_they_chose_meanwhile(strict: Desk) -> None:
    one = await strict.owned_by("ann")
    await strict.done("POST", f"interactions/{one}/close", {})
    await strict.done("PUT", "agents/ann/state", {"state": "pause", "pause": "lunch"})
    await strict.done("PUT", f"interactions/{one}/disposition", SOLD)
    assert await strict.state_of("ann") == (AgentState.PAUSE, "lunch")


async def test_who_is_offline_stays_so_when_their_interaction_is_closed(strict: Desk) -> None:
    one = await strict.owned_by("ann")
    await strict.be("offline", "ann")
    await strict.done("POST", f"interactions/{one}/close", {})
    assert (await strict.state_of("ann"))[0] is AgentState.OFFLINE
    await strict.done("PUT", f"interactions/{one}/disposition", SOLD)
    assert (await strict.state_of("ann"))[0] is AgentState.OFFLINE


async def test_a_customer_who_writes_ends_the_wrap_up(strict: Desk) -> None:
    one = await strict.owned_by("ann")
    await strict.done("POST", f"interactions/{one}/close", {})
    await strict.write()
    again = await strict.get(one)
    assert (again.state, again.owner, again.message_count) == (InteractionState.ASSIGNED, "ann", 2)
    assert await strict.state_of("ann") == (AgentState.AVAILABLE, "")


async def test_what_nobody_has_is_closed_with_a_disposition_or_not_at_all(strict: Desk) -> None:
    await strict.write()
    one = (await strict.of()).id
    await strict.refused("POST", f"interactions/{one}/close", {}, status=422)
    await strict.done("POST", f"interactions/{one}/close", SOLD)


# --- transfer


async def test_a_transfer_to_an_agent_is_offered_with_its_note_and_theirs_once_accepted(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    await desk.done("POST", f"interactions/{one}/transfer?agent=ann", {"agent": "ben", "note": "knows $him"})

    waiting = await desk.get(one)
    assert (waiting.state, waiting.owner, waiting.offered_to) == (InteractionState.OFFERED, "ann", ("ben",))
    (offer,) = await desk.queue_of("ben")
    assert offer.transfer is not None
    assert (offer.kind, offer.transfer.sender, offer.transfer.note) == ("offer", "ann", "knows $him")
    await desk.is_sound()

    await desk.done("POST", f"agents/ben/queue/{one}/accept")
    taken = await desk.get(one)
    (past,) = taken.transfers
    assert (taken.owner, taken.previous_agent, taken.transfer, taken.state) == ("ben", "ann", None, "assigned")
    assert (past.outcome, past.accepted_by, past.note) == (TransferOutcome.ACCEPTED, "ben", "knows $him")
    assert await desk.queue_of("ann") == []
    assert "ann transferred agent:ben" in await desk.trace_of(one)


async def test_a_transfer_that_nobody_accepts_in_time_returns_to_its_sender_to_the_second(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    await desk.done("POST", f"interactions/{one}/transfer", {"agent": "ben"})
    await desk.pass_(59)
    assert (await desk.get(one)).state is InteractionState.OFFERED
    await desk.pass_(1)
    back = await desk.get(one)
    assert (back.state, back.owner, back.waiting_for) == (InteractionState.ASSIGNED, "ann", None)
    assert [(t.outcome, t.target) for t in back.transfers] == [(TransferOutcome.TIMED_OUT, "agent:ben")]
    assert await desk.queue_of("ben") == []
    assert "transfer timed out agent:ben" in await desk.trace_of(one)


async def test_a_transfer_that_the_agent_rejects_returns_at_once(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    before = await desk.get(one)
    await desk.done("POST", f"interactions/{one}/transfer", {"agent": "ben"})
    rejected = (await desk.call("POST", f"agents/ben/queue/{one}/reject")).json
    assert (rejected["state"], rejected["owner"], rejected["transfers"][0]["outcome"]) == (
        "assigned",
        "ann",
        "rejected",
    )
    await desk.work()
    back = await desk.get(one)
    assert (back.owner, back.queue_id, back.step_ends_at, back.due_at) == ("ann", before.queue_id, None, None)


async def test_a_transfer_to_a_queue_asks_its_agents_but_never_the_sender(desk: Desk) -> None:
    one = await desk.owned_by("ben")
    await desk.done("POST", f"interactions/{one}/transfer", {"queue": "sales"})
    assert (await desk.get(one)).offered_to == ("cai",)
    await desk.done("POST", f"agents/cai/queue/{one}/reject")
    waiting = await desk.get(one)
    assert (waiting.state, waiting.owner, waiting.transfer is not None) == (InteractionState.WAITING, "ben", True)
    await desk.pass_(10)
    await desk.parts.clock_worker().sweep()
    await desk.work()
    assert (await desk.get(one)).offered_to == ("cai",)
    await desk.pass_(60)
    assert (await desk.get(one)).state is InteractionState.ASSIGNED
    assert (await desk.get(one)).owner == "ben"


async def test_messages_during_a_transfer_are_stored_and_shown_to_both(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    await desk.done("POST", f"interactions/{one}/transfer", {"agent": "ben"})
    await desk.write(words="are you there?")
    assert [entry.preview for agent in ("ann", "ben") for entry in await desk.queue_of(agent)] == ["are you there?"] * 2
    assert len(await desk.log_of(one)) == 2
    hello = {"content": {"kind": "text", "text": "hello"}}
    await desk.refused("POST", f"interactions/{one}/messages?agent=ann", hello)


async def test_a_transfer_can_be_taken_back(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    await desk.done("POST", f"interactions/{one}/transfer", {"agent": "ben"})
    assert "take it back" in await desk.refused("POST", f"interactions/{one}/close?agent=ann", SOLD)
    await desk.done("DELETE", f"interactions/{one}/transfer?agent=ann")
    assert (await desk.get(one)).transfers[0].outcome is TransferOutcome.WITHDRAWN
    assert await desk.queue_of("ben") == []
    await desk.refused("DELETE", f"interactions/{one}/transfer")
    assert await desk.refused("POST", f"agents/ben/queue/{one}/accept") == "already taken by ann"


async def test_what_cannot_be_transferred_is_not(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    path = f"interactions/{one}/transfer"
    await desk.refused("POST", path, {}, status=422)
    await desk.refused("POST", path, {"agent": "ben", "queue": "sales"}, status=422)
    await desk.refused("POST", path, {"agent": "zoe"}, status=404)
    await desk.refused("POST", path, {"queue": "nowhere"}, status=404)
    assert await desk.refused("POST", path, {"agent": "ann"}) == "the interaction is ann's already"
    assert await desk.refused("POST", f"{path}?agent=cai", {"agent": "ben"}) == "the interaction is ann's"
    await desk.be("offline", "ben")
    assert await desk.refused("POST", path, {"agent": "ben"}) == "ben is not available"
    await desk.write(OTHER)
    waiting = (await desk.of(OTHER)).id
    await desk.refused("POST", f"interactions/{waiting}/transfer", {"agent": "cai"})
    await desk.done("POST", f"interactions/{one}/close", SOLD)
    assert "from closed to waiting" in await desk.refused("POST", path, {"agent": "cai"})


async def test_nothing_is_transferred_where_the_account_has_it_switched_off(parts: Parts) -> None:
    async with at_work(parts, transfer={"enabled": False}) as desk:
        one = await desk.owned_by("ann")
        assert "switched off" in await desk.refused("POST", f"interactions/{one}/transfer", {"agent": "ben"})


# --- supervisors


async def test_a_supervisor_assigns_whatever_the_agent_has_already(strict: Desk) -> None:
    await strict.owned_by("ann")
    await strict.write(OTHER)
    one = await strict.of(OTHER)
    assert one.offered_to

    await strict.done("POST", f"interactions/{one.id}/assign", {"agent": "ann"})

    assert len((await strict.parts.presence.get("ann")).holding) == 2
    assert (await strict.get(one.id)).owner == "ann"
    await strict.is_sound()


async def test_taking_over_leaves_nothing_with_who_had_it(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    await desk.done("POST", f"interactions/{one}/transfer", {"agent": "ben"})
    await desk.done("POST", f"agents/cai/queue/{one}/take-over")
    taken = await desk.get(one)
    assert (taken.owner, taken.previous_agent, taken.transfers[0].outcome) == ("cai", "ann", "withdrawn")
    assert await desk.queue_of("ann") == await desk.queue_of("ben") == []
    assert (
        await desk.refused("POST", f"interactions/{one}/assign", {"agent": "cai"}) == "the interaction is cai's already"
    )


async def test_what_is_closed_is_nobodys_to_assign(desk: Desk) -> None:
    one = await desk.owned_by("ann")
    await desk.done("POST", f"interactions/{one}/close", {})
    assert "from closed to assigned" in await desk.refused("POST", f"interactions/{one}/assign", {"agent": "ben"})


async def test_an_agent_who_is_logged_out_keeps_what_they_own_and_loses_their_offers(desk: Desk) -> None:
    await desk.be("offline", "cai")
    one = await desk.owned_by("ben")
    await desk.be("available", "cai")
    await desk.write(OTHER)
    offered = await desk.of(OTHER)
    assert offered.offered_to == ("cai",)
    await desk.be("offline", "cai")
    assert (await desk.of(OTHER)).offered_to == ("ben",)
    await desk.be("offline", "ben")
    assert (await desk.get(one)).owner == "ben"
    outcomes = {offer.agent_id: offer.outcome for offer in await desk.parts.offers.of(offered.id)}
    assert outcomes == {"cai": "withdrawn", "ben": "withdrawn"}


# --- unmanaged


async def unmanaged(desk: Desk) -> str:
    """An interaction that nobody has accepted."""
    await desk.be("offline", "ben", "cai")
    await desk.write()
    await desk.pass_(60)
    one = await desk.of()
    assert one.unmanaged
    return one.id


async def test_what_nobody_accepted_is_listed_and_picked_up_by_exactly_one(strict: Desk) -> None:
    one = await unmanaged(strict)
    listed = (await strict.done("GET", "interactions?unmanaged=true&account=shop"))["items"]
    assert [item["id"] for item in listed] == [one]
    await strict.be("available", "ben")

    answers = await asyncio.gather(
        *(strict.call("POST", f"agents/{agent}/queue/{one}/pick-up") for agent in ("ann", "ben") for _ in range(2))
    )

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    await strict.work()
    assert (await strict.done("GET", "interactions?unmanaged=true&account=shop"))["items"] == []


async def test_who_has_no_room_or_no_part_in_the_account_picks_nothing_up(strict: Desk) -> None:
    await strict.owned_by("ann", OTHER)
    one = await unmanaged(strict)
    assert "as many" in await strict.refused("POST", f"agents/ann/queue/{one}/pick-up")
    await strict.refused("POST", f"agents/cai/queue/{one}/pick-up")
    await strict.done("POST", "agents", {"id": "dan", "name": "Dan"})
    await strict.be("available", "dan")
    await strict.refused("POST", f"agents/dan/queue/{one}/pick-up", status=403)


# --- inactivity


async def test_what_nobody_writes_in_is_closed_to_the_second_and_its_owner_has_room(parts: Parts) -> None:
    async with at_work(parts, capacity=1, inactivity_timeout=5) as desk:
        await desk.be("offline", "ann", "cai")
        one = await desk.owned_by("ben")
        await desk.write(OTHER)
        await desk.pass_(60)
        await desk.write(OTHER)  # its list begins anew: it waits for ben
        await desk.pass_(239)
        assert (await desk.get(one)).open
        await desk.write(OTHER)
        await desk.pass_(1)

        closed = await desk.get(one)
        assert (closed.state, closed.disposition) == (InteractionState.CLOSED, ("Timeout",))
        assert (await desk.of(OTHER)).offered_to == ("ben",)
        assert "inactivity closed Timeout" in await desk.trace_of(one)
        await desk.is_sound()


async def test_messages_of_either_side_put_the_end_off(parts: Parts) -> None:
    async with at_work(parts, inactivity_timeout=5) as desk:
        one = await desk.owned_by("ann")
        await desk.pass_(200)
        await desk.write()
        await desk.pass_(299)
        await desk.done("POST", f"interactions/{one}/messages", {"content": {"kind": "text", "text": "hello"}})
        await desk.pass_(299)
        assert (await desk.get(one)).due_at == desk.parts.clock() + timedelta(seconds=1)
        await desk.pass_(1)
        assert (await desk.get(one)).disposition == ("Timeout",)


async def test_a_setting_that_changed_meanwhile_counts(parts: Parts) -> None:
    async with at_work(parts, inactivity_timeout=5) as desk:
        one = await desk.owned_by("ann")
        account = parts.configuration.current.accounts["shop"]
        await parts.configure(account.model_copy(update={"inactivity_timeout": 10}))
        await desk.pass_(300)
        assert (await desk.get(one)).open
        await desk.pass_(300)
        assert not (await desk.get(one)).open


# --- races


@pytest.mark.parametrize("round_", range(5))
async def test_of_two_supervisors_who_assign_at_once_the_last_one_wins_whole(desk: Desk, round_: int) -> None:
    await desk.write()
    one = (await desk.of()).id
    answers = await asyncio.gather(
        *(desk.call("POST", f"interactions/{one}/assign", {"agent": agent}) for agent in AGENTS)
    )
    assert all(answer.status == 200 for answer in answers), round_
    await desk.work()
    await desk.is_sound()


@pytest.mark.parametrize("round_", range(5))
async def test_a_close_against_a_new_message_loses_nothing(desk: Desk, round_: int) -> None:
    one = await desk.owned_by("ann")
    closed, _ = await asyncio.gather(desk.call("POST", f"interactions/{one}/close", {"seen": 1}), desk.write())
    await desk.work()
    after = await desk.of()
    assert len(await desk.log_of(one)) + (len(await desk.log_of(after.id)) if after.id != one else 0) == 2, round_
    assert (after.id == one) == (closed.status == 409)
    assert after.open


@pytest.mark.parametrize("round_", range(5))
async def test_of_a_transfer_and_a_close_at_once_one_takes_effect(desk: Desk, round_: int) -> None:
    one = await desk.owned_by("ann")
    answers = await asyncio.gather(
        desk.call("POST", f"interactions/{one}/transfer?agent=ann", {"agent": "ben"}),
        desk.call("POST", f"interactions/{one}/close?agent=ann", SOLD),
    )
    assert sorted(answer.status for answer in answers) == [200, 409], round_
    await desk.work()


@pytest.mark.parametrize("round_", range(5))
async def test_an_accept_against_the_return_gives_it_to_one_of_them(desk: Desk, round_: int) -> None:
    one = await desk.owned_by("ann")
    await desk.done("POST", f"interactions/{one}/transfer", {"agent": "ben"})
    accepted, _ = await asyncio.gather(desk.call("POST", f"agents/ben/queue/{one}/accept"), desk.pass_(60))
    await desk.work()
    after = await desk.get(one)
    assert after.owner == ("ben" if accepted.status == 200 else "ann"), round_
    assert len(after.transfers) == 1


async def test_an_interaction_in_transfer_comes_back_though_a_crash_kept_the_clicks_from_being_heard_of(
    desk: Desk,
) -> None:
    one = await desk.owned_by("ann")
    await desk.call("POST", f"interactions/{one}/transfer", {"agent": "ben"})
    desk.parts.said.published = []  # the broker was away
    await desk.parts.clock_worker().sweep()
    await desk.work()
    assert (await desk.get(one)).offered_to == ("ben",)
    await desk.pass_(60)
    assert (await desk.get(one)).owner == "ann"
