"""Deleting what is in use: refused where accounts would change whom they admit, else done with a warning."""

from tests.console.conftest import Console


async def test_a_list_in_use_stays_and_the_answer_names_who_uses_it(shop: Console) -> None:
    await shop.account(name="Shop")

    refused = await shop.call("DELETE", "/api/lists/customers")

    assert refused.status == 409
    assert refused.json["detail"] == "in use by account Shop"
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


async def test_what_a_condition_asks_for_by_name_is_named_when_it_goes_and_keeps_its_name(shop: Console) -> None:
    await shop.create("lists", id="vip", name="VIP")
    await shop.create("queues", id="late", name="Late")
    await shop.create("intervals", id="day", name="Day", spans=[{}])
    conditions = [
        'queue["Late"].waiting > 3 && message.text != "Support"',
        '"VIP" in contact.lists',
        'interval("Day")',
        'message.text == "Late" || contact.name == "VIP"',
    ]
    await shop.account(actions=[{"action": "Gotoif", "condition": one, "if_true": 1} for one in conditions])

    async def renamed(kind: str, id_: str) -> str | None:
        answer = await shop.call("PATCH", f"/api/{kind}/{id_}", {"name": "Other"})
        return answer.json["detail"] if answer.status == 409 else None

    assert await renamed("queues", "late") == "the name cannot be changed: in use by account Shop in actions.1"
    assert await renamed("lists", "vip") == "the name cannot be changed: in use by account Shop in actions.2"
    assert await renamed("intervals", "day") == "the name cannot be changed: in use by account Shop"
    assert await renamed("queues", "support") is None
    assert await renamed("lists", "customers") is None
    assert (await shop.call("PATCH", "/api/queues/late", {"name": "Late", "weight": 1})).status == 200
    assert (await shop.call("DELETE", "/api/lists/vip")).json["detail"] == "in use by account Shop in actions.2"
    gone = await shop.call("DELETE", "/api/queues/late")
    assert gone.json["warnings"] == ["account Shop in actions.1 asks for it: that condition will fail"]


async def test_dispositions_hold_their_list_and_warn_of_their_queue_and_account(shop: Console) -> None:
    await shop.create("lists", id="vip", name="VIP")
    account = await shop.account()
    for scope, scope_id in (("list", "vip"), ("queue", "support"), ("account", account["id"])):
        await shop.create("dispositions", levels=["Sale", scope], scope=scope, scope_id=scope_id)

    refused = await shop.call("DELETE", "/api/lists/vip")
    queue = await shop.call("DELETE", "/api/queues/support")
    deleted = await shop.call("DELETE", f"/api/accounts/{account['id']}")

    assert refused.json["detail"] == "in use by disposition Sale > list"
    assert queue.json["warnings"] == ["disposition Sale > queue is for it alone, and can be given nowhere now"]
    assert deleted.json["warnings"] == ["disposition Sale > account is for it alone, and can be given nowhere now"]


async def test_a_pause_stays_while_an_account_puts_agents_into_it(shop: Console) -> None:
    await shop.create("pauses", id="paperwork", name="Paperwork")
    account = await shop.account(mandatory_disposition={"enabled": True, "pause": "paperwork"})

    assert (await shop.call("DELETE", "/api/pauses/paperwork")).json["detail"] == "in use by account Shop"
    await shop.call("DELETE", f"/api/accounts/{account['id']}")
    assert (await shop.call("DELETE", "/api/pauses/paperwork")).status == 200
