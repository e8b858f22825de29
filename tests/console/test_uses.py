"""Deleting what is in use: refused where accounts would change whom they admit, else done with a warning."""

from tests.console.conftest import Console


async def test_a_list_in_use_stays_and_the_answer_names_who_uses_it(shop: Console) -> None:
    await shop.account(name="Shop")
    await shop.create("whitelists", name="Known", rules=[{"kind": "list", "list_id": "customers"}])

    refused = await shop.call("DELETE", "/api/lists/customers")

    assert refused.status == 409
    assert refused.json["detail"] == "in use by account Shop, whitelist Known"
    assert (await shop.call("GET", "/api/lists/customers")).status == 200


async def test_a_whitelist_in_use_stays(shop: Console) -> None:
    await shop.create("whitelists", id="vip", name="VIP")
    account = await shop.account(whitelists=["vip"])
    assert (await shop.call("POST", "/api/whitelists/delete", {"ids": ["vip"]})).status == 409

    await shop.call("DELETE", f"/api/accounts/{account['id']}")

    assert (await shop.call("DELETE", "/api/whitelists/vip")).status == 200


async def test_an_interval_stays_while_an_action_or_a_condition_uses_it(shop: Console) -> None:
    await shop.create("intervals", id="day", name="Day", spans=[{}])
    await shop.create("intervals", id="night", name="Night", spans=[{}])
    await shop.create("intervals", id="lunch", name="Lunch", spans=[{}])
    await shop.account(
        actions=[
            {"action": "Noop", "interval": "day"},
            {"action": "Gotoif", "condition": 'interval("Night")', "if_true": 1},
        ]
    )

    assert (await shop.call("DELETE", "/api/intervals/day")).json["detail"] == "in use by account Shop"
    assert (await shop.call("DELETE", "/api/intervals/night")).json["detail"] == "in use by account Shop"
    assert (await shop.call("DELETE", "/api/intervals/lunch")).status == 200


async def test_a_queue_and_an_agent_in_use_go_with_a_warning(shop: Console) -> None:
    await shop.create("teams", id="night", name="Night", agents=["ada"])
    await shop.create("queues", id="late", name="Late", teams=["night"])
    await shop.account(
        agents=["ada"],
        actions=[
            {"action": "Queue", "queue": "late", "timeout": 5},
            {"action": "Agent", "agent": "ada", "timeout": 5},
        ],
    )

    queue = await shop.call("DELETE", "/api/queues/late")
    agent = await shop.call("DELETE", "/api/agents/ada")

    assert queue.json == {"deleted": ["late"], "warnings": ["account Shop routes to it: that entry will be skipped"]}
    assert agent.json["warnings"] == [
        "account Shop routes to it: that entry will be skipped",
        "account Shop is associated with it",
        "queue Support has it as a member",
        "team Night has it as a member",
    ]


async def test_a_team_in_use_goes_with_a_warning(shop: Console) -> None:
    await shop.create("teams", id="night", name="Night")
    await shop.create("queues", name="Late", teams=["night"])

    assert (await shop.call("DELETE", "/api/teams/night")).json["warnings"] == ["queue Late has it as a member"]
