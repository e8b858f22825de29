"""Explaining routing: the same walk that a message would take, and nothing that stays of it."""

from datetime import timedelta

import pytest

from contracts.interactions import Interaction, InteractionState
from runtime.store.interactions import Change
from tests.console.conftest import NOW, Console, Json

QUEUE = {"action": "Queue", "queue": "support", "timeout": 60}
WHO = "+393330001"
ACTIONS = [
    {"action": "AutoReply", "text": "Hello {contact.name|there}, it is {now.time}"},
    {"action": "Gotoif", "condition": "message.text.contains('bill')", "if_true": 4},
    QUEUE,
    {"action": "Close", "disposition": "Billing"},
]


async def explain(shop: Console, account: Json, **message: Json) -> Json:
    body = {"from": WHO, "text": "Hello", **message}
    answer = await shop.call("POST", f"/api/accounts/{account['id']}/explain", body)
    assert answer.status == 200, answer.text
    return answer.json


async def given(shop: Console, account: Json, **fields: object) -> Interaction:
    """An interaction that is there already."""
    base = {
        "id": "i1",
        "account_id": account["id"],
        "account_key": "SHOP",
        "contact_key": WHO,
        "contact_id": f"customers:{WHO}",
        "conversation": f"{account['id']}:{WHO}",
        "correlation_id": "c0",
        "opened_at": NOW,
        "sequence": 1,
        "message_count": 1,
    }
    interaction = Interaction.model_validate({**base, **fields})
    assert await shop.dependencies.interactions.save([Change(None, interaction)]) == set()
    return interaction


async def test_a_walk_is_shown_step_by_step_with_the_entry_and_the_value_of_the_condition(shop: Console) -> None:
    account = await shop.account(actions=ACTIONS, timezone="Europe/Rome")

    explained = await explain(shop, account, text="my bill", profile_name="Ada")

    lines = [(step["position"], step["action"], step["outcome"], step["value"]) for step in explained["steps"]]
    assert lines == [
        (0, "message", "opened", None),
        (1, "AutoReply", "sent", "Hello Ada, it is 10:26"),
        (2, "Gotoif", "jumped", "true"),
        (4, "Close", "closed", "Billing"),
    ]
    assert explained["steps"][0]["entry"] is None
    assert explained["steps"][2]["entry"] == ACTIONS[1]
    assert (explained["result"], explained["interaction_id"], explained["reason"]) == ("routed", None, None)
    assert explained["replies"] == ["Hello Ada, it is 10:26"]
    assert (explained["ends"]["state"], explained["ends"]["disposition"]) == ("closed", ["Billing"])
    assert explained["at"] == "2026-03-14T10:26:53+01:00"


async def test_nothing_stays_of_it(shop: Console) -> None:
    account = await shop.account(actions=ACTIONS)
    before = len(shop.publisher.published)

    await explain(shop, account)

    assert len(shop.publisher.published) == before
    for collection in ("interactions", "messages", "contacts", "routing_traces", "refusals"):
        assert await shop.store.database[collection].count_documents({}) == 0


async def test_the_time_may_be_another_one(shop: Console) -> None:
    await shop.create("intervals", id="day", name="Day", spans=[{"start": "08:00", "end": "17:59"}])
    account = await shop.account(actions=[{"action": "Close", "disposition": "Open", "interval": "day"}, QUEUE])

    by_day = await explain(shop, account, at="2026-03-14T17:59:59Z")
    by_night = await explain(shop, account, at="2026-03-14T18:00:00Z")

    assert by_day["ends"]["state"] == "closed"
    assert by_night["ends"]["waiting_for"] == "queue:support"
    assert by_night["steps"][1]["value"] == "outside of Day"
    assert by_night["ends"]["due_at"] == "2026-03-14T18:01:00Z"


async def test_a_configuration_of_this_moment_is_used(shop: Console) -> None:
    account = await shop.account(actions=[QUEUE])
    first = await explain(shop, account)
    await shop.call("PATCH", f"/api/accounts/{account['id']}", {"actions": [{"action": "Close", "disposition": "X"}]})

    second = await explain(shop, account)

    assert (first["ends"]["state"], second["ends"]["state"]) == ("waiting", "closed")
    assert second["config_version"] == first["config_version"] + 1


async def test_a_message_joins_an_interaction_that_somebody_has(shop: Console) -> None:
    account = await shop.account(actions=[QUEUE])
    await given(shop, account, state=InteractionState.ASSIGNED, owner="ada")

    explained = await explain(shop, account)

    assert (explained["result"], explained["reason"]) == ("joined", "ada has the interaction")
    assert (explained["interaction_id"], explained["steps"]) == ("i1", [])
    assert explained["ends"]["owner"] == "ada"


async def test_a_message_joins_an_interaction_that_waits(shop: Console) -> None:
    account = await shop.account(actions=[QUEUE])
    await given(shop, account, state=InteractionState.WAITING, waiting_for="queue:support", cursor=1)
    assert (await explain(shop, account))["reason"] == "the interaction is under way at position 1"


async def test_a_number_may_be_written_as_people_write_it(shop: Console) -> None:
    account = await shop.account(actions=[QUEUE])
    await given(shop, account, state=InteractionState.ASSIGNED, owner="ada")
    assert (await explain(shop, account, **{"from": "+39 333 0001"}))["result"] == "joined"


@pytest.mark.parametrize(("hours", "words", "found"), [(2, "opened again", "i1"), (1, "opened", None)])
async def test_an_interaction_is_opened_again_within_its_hours(
    shop: Console, hours: int, words: str, found: str | None
) -> None:
    account = await shop.account(actions=[QUEUE], reopen_within=hours)
    closed_at = NOW - timedelta(minutes=90)
    await given(shop, account, state=InteractionState.CLOSED, open=False, closed_at=closed_at, owner="ada")

    explained = await explain(shop, account)

    assert (explained["steps"][0]["outcome"], explained["interaction_id"]) == (words, found)


async def test_a_sender_who_is_not_listed_is_rejected(shop: Console) -> None:
    account = await shop.account(actions=[QUEUE], whitelist_mode="only_listed", refusal_text="No.")

    explained = await explain(shop, account)

    assert (explained["result"], explained["ends"], explained["steps"]) == ("rejected", None, [])
    assert explained["reason"] == "the sender is on none of the account's whitelists"


async def test_queues_figures_are_those_of_now(shop: Console) -> None:
    asks = {"action": "Gotoif", "condition": "queue.Support.agents_available > 0", "if_true": 2, "if_false": 3}
    account = await shop.account(actions=[asks, QUEUE, {"action": "Close", "disposition": "Nobody"}])
    nobody = await explain(shop, account)
    await shop.call("PUT", "/api/agents/ada/state", {"state": "available"})

    somebody = await explain(shop, account)

    assert (nobody["steps"][1]["value"], nobody["ends"]["state"]) == ("false", "closed")
    assert (somebody["steps"][1]["value"], somebody["ends"]["waiting_for"]) == ("true", "queue:support")


async def test_other_content_than_text_can_be_explained(shop: Console) -> None:
    asks = {"action": "Gotoif", "condition": "message.payload == 'pay'", "if_true": 3}
    account = await shop.account(actions=[asks, QUEUE, {"action": "Close", "disposition": "Paid"}])
    explained = await explain(shop, account, content={"kind": "button_reply", "payload": "pay"})
    assert explained["ends"]["disposition"] == ["Paid"]


async def test_an_account_that_does_not_exist_is_not_found(shop: Console) -> None:
    assert (await shop.call("POST", "/api/accounts/gone/explain", {"from": WHO})).status == 404


async def test_a_message_from_nobody_is_refused_by_its_field(shop: Console) -> None:
    account = await shop.account()
    refused = await shop.call("POST", f"/api/accounts/{account['id']}/explain", {"text": "Hello"})
    assert refused.status == 422
    assert list(refused.faults) == ["from"]


async def test_a_list_that_is_not_saved_is_walked_in_place_of_the_one_that_is(shop: Console) -> None:
    account = await shop.account(actions=ACTIONS)

    explained = await explain(shop, account, actions=[{"action": "Tag", "tag": "new"}, QUEUE])

    assert [(step["position"], step["outcome"]) for step in explained["steps"]][1:] == [(1, "tagged"), (2, "waiting")]
    assert (await explain(shop, account))["steps"][1]["action"] == "AutoReply"


async def test_a_fault_of_a_list_that_is_not_saved_is_told_as_when_it_is_saved(shop: Console) -> None:
    account = await shop.account(actions=ACTIONS)
    wrong = {"from": WHO, "actions": [{"action": "Gotoif", "condition": "mesage.text == 'a'", "if_true": 1}]}

    answer = await shop.call("POST", f"/api/accounts/{account['id']}/explain", wrong)

    assert answer.status == 422
    assert answer.json["errors"] == [{"field": "actions.1.condition", "rule": "unknown variable mesage", "position": 1}]
