"""Simulation: where past messages would have gone, without any effect."""

from datetime import timedelta
from typing import Any

from contracts.configuration import Configuration
from contracts.replay import Replay, ReplayState
from contracts.whitelists import PrefixRule, Whitelist
from tests.parts import NOW, Fields, account, message, people, queue
from tests.router.replay.conftest import Site

SALES = {"action": "Queue", "queue": "sales", "timeout": 600}
NIGHT = {"action": "Queue", "queue": "night", "timeout": 600}
HELLO = {"action": "AutoReply", "text": "Hello"}
IF_SALE = {"action": "Gotoif", "condition": 'message.text == "sale"', "if_true": 2, "if_false": 3}
IF_BUSY = {"action": "Gotoif", "condition": 'queue["Sales"].waiting > 3', "if_true": 2, "if_false": 2}


async def configured(site: Site, *actions: dict[str, Any], **fields: Fields) -> Configuration:
    queues = [queue(agents=("ann",)), queue("night", agents=("ann",))]
    return await site.parts.configure(*people("ann"), *queues, account(actions, **fields))


def rows(replay: Replay) -> dict[tuple[str, str], int]:
    return {(row.before, row.after): row.count for row in replay.differences}


async def some_messages(site: Site) -> None:
    """Four conversations, of which one has two messages, and two are about a sale."""
    words = {"+390000000001": ["sale", "hello"], "+390000000002": ["hello"], "+390000000003": ["sale"]}
    for contact, said in words.items():
        for place, text in enumerate(said):
            at = NOW + timedelta(seconds=place)
            await site.happen(message(contact, f"{contact}-{place}", text, received_at=at))


async def test_a_proposed_list_is_compared_with_the_one_of_today(site: Site) -> None:
    await configured(site, SALES)
    await some_messages(site)
    before = await site.everything()

    proposal = {"accounts": {"SHOP": {"actions": [IF_SALE, NIGHT, SALES]}}}
    replay = await site.replay(mode="simulate", proposed=proposal)

    assert rows(replay) == {("queue:sales", "queue:night"): 2, ("queue:sales", "queue:sales"): 1}
    assert (replay.counts["walked"], replay.counts["joined"], replay.counts["elsewhere"]) == (3, 1, 2)
    elsewhere = replay.differences[0]
    assert {one.contact_key for one in elsewhere.examples} == {"+390000000001", "+390000000003"}
    assert await site.everything() == before
    assert not site.parts.said.sends


async def test_without_a_proposal_todays_list_is_compared_with_what_happened(site: Site) -> None:
    await configured(site, SALES)
    await some_messages(site)
    await configured(site, IF_SALE, NIGHT, SALES)
    replay = await site.replay(mode="simulate")
    assert rows(replay) == {("queue:sales", "queue:night"): 2, ("queue:sales", "queue:sales"): 1}


async def test_nothing_differs_where_nothing_has_changed(site: Site) -> None:
    close = {"action": "Close", "disposition": "done"}
    await configured(site, HELLO, IF_SALE, close, SALES)
    await some_messages(site)
    replay = await site.replay(mode="simulate")
    assert "elsewhere" not in replay.counts
    assert all(row.before == row.after for row in replay.differences)
    assert replay.counts["walked"] > 0


async def test_senders_who_would_be_admitted_or_rejected_are_reported(site: Site) -> None:
    await site.parts.configure(Whitelist(id="italy", name="Italy", rules_key="italy"))
    await site.parts.rules.add("italy", [PrefixRule(prefix="+39")])
    await configured(site, SALES)
    await some_messages(site)
    await site.happen(message("+15550001111", "u1", received_at=NOW))
    proposal = {"accounts": {"shop": {"whitelists": ["italy"], "whitelist_mode": "only_listed"}}}
    replay = await site.replay(mode="simulate", proposed=proposal)
    assert rows(replay) == {("queue:sales", "queue:sales"): 3, ("queue:sales", "rejected"): 1}


async def test_what_was_rejected_would_be_routed_once_a_sender(site: Site) -> None:
    await configured(site, SALES, whitelist_mode="only_listed")
    await site.happen(*[message("+390000000001", f"m{n}", received_at=NOW) for n in range(3)])
    replay = await site.replay(mode="simulate", proposed={"accounts": {"shop": {"whitelist_mode": "off"}}})
    assert rows(replay) == {("rejected", "queue:sales"): 1}
    assert replay.counts["joined"] == 2


async def test_what_cannot_be_known_of_the_past_is_noted(site: Site) -> None:
    await configured(site, SALES)
    await some_messages(site)
    replay = await site.replay(mode="simulate", proposed={"accounts": {"shop": {"actions": [IF_BUSY, SALES]}}})
    assert [note for note in replay.notes if "SHOP" in note]


async def test_a_proposal_that_has_become_wrong_fails_with_a_sentence(site: Site) -> None:
    await configured(site, SALES)
    await some_messages(site)
    replay = await site.replay(mode="simulate", proposed={"accounts": {"shop": {"timezone": "Nowhere"}}})
    assert replay.state is ReplayState.FAILED
    assert replay.reason.startswith("accounts.shop.timezone")


async def test_a_dry_run_counts_the_messages_that_would_be_walked(site: Site) -> None:
    await configured(site, SALES)
    await some_messages(site)
    replay = await site.replay(mode="simulate", dry_run=True)
    assert (replay.counts["walked"], replay.counts["joined"], replay.differences) == (3, 1, ())
