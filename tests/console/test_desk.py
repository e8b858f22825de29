"""What an agent's screen needs to know, and what it is not told."""

from tests.console.conftest import Console, account_fields
from tests.console.people import browser, new_user


async def test_the_desk_holds_what_a_screen_offers_and_no_secret(shop: Console) -> None:
    await shop.account(agents=["ada"], transfer={"enabled": True, "timeout": 30})
    await shop.create("pauses", name="Coffee")
    await shop.create("canned-answers", key="hi", text="Hello {contact.name}")
    await shop.create("dispositions", levels=["Sold", "Online"])

    answer = await shop.call("GET", "/api/desk")

    desk = answer.json
    (account,) = desk["accounts"]
    assert (account["key"], account["transfers"], account["starts"]) == (account_fields()["key"], True, False)
    assert {"id": "ada", "name": "Ada", "state": "offline", "pause": ""} in desk["agents"]
    assert [pause["name"] for pause in desk["pauses"]] == ["Coffee"]
    assert desk["answers"] == [{"key": "hi", "text": "Hello {contact.name}"}]
    assert desk["dispositions"] == [{"levels": ["Sold", "Online"], "scope": "global", "scope_id": None}]
    assert "credentials" not in answer.text


async def test_an_agent_is_told_of_their_own_accounts_and_which_they_may_start_with(shop: Console) -> None:
    await shop.account(agents=["ada"])
    await shop.create("agents", id="zoe", name="Zoe")
    await new_user(shop, "ada-user", "agent", agent_id="ada")
    await new_user(shop, "zoe-user", "agent", agent_id="zoe")

    async with browser(shop) as ada, browser(shop) as zoe:
        await ada.sign_in("ada-user")
        await zoe.sign_in("zoe-user")
        hers = (await ada.call("GET", "/api/desk")).json["accounts"]
        none = (await zoe.call("GET", "/api/desk")).json["accounts"]

    assert [account["starts"] for account in hers] == [True]
    assert none == []
