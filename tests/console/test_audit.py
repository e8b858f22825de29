"""The audit log: every change of the configuration, of users and tokens, and what operators do; and never a secret."""

import pytest

from contracts.errors import Unavailable
from runtime.store.audit import AUDIT
from tests.console.conftest import AUTH_TOKEN, Console, Json
from tests.console.people import browser, new_user


async def entries(console: Console, **query: Json) -> list[Json]:
    items: list[Json] = (await console.call("GET", "/api/audit", params=query)).json["items"]
    return items


async def test_a_change_is_recorded_with_who_what_before_after_when_and_from_where(console: Console) -> None:
    user = await new_user(console, "Ann", "admin")
    async with browser(console) as ann:
        await ann.sign_in("Ann")
        await ann.call("POST", "/api/queues", {"id": "q", "name": "Sales"})
        changed = await ann.call("PATCH", "/api/queues/q", {"name": "Sales EU", "weight": 3})
        await ann.call("DELETE", "/api/queues/q")

    deleted, change, created = await entries(console, kind="queues")
    assert {one["actor"]: one["actor_id"] for one in (deleted, change, created)} == {"Ann": user["id"]}
    assert [one["action"] for one in (deleted, change, created)] == ["deleted", "changed", "created"]
    assert (change["before"], change["after"]) == ({"name": "Sales", "weight": 0}, {"name": "Sales EU", "weight": 3})
    assert (created["before"], created["after"]["name"]) == (None, "Sales")
    assert (deleted["before"]["name"], deleted["after"], deleted["label"]) == ("Sales EU", None, "Sales EU")
    assert (change["role"], change["address"], change["subject"]) == ("admin", "127.0.0.1", "q")
    assert change["correlation_id"] == changed.headers["X-Correlation-ID"]


async def test_secrets_are_recorded_by_their_names_alone(shop: Console) -> None:
    await shop.account(id="shop", proxy="http://proxy.example:3128")
    await shop.call("PATCH", "/api/accounts/shop", {"credentials": {"auth_token": "another-token-of-the-tests"}})
    await shop.call("PATCH", "/api/accounts/shop", {"description": "Front desk"})
    hook = {"action": "Webhook", "url": "https://hooks.example/in?key=hidden-in-the-query", "timeout": 5}
    assert (await shop.call("PATCH", "/api/accounts/shop", {"actions": [hook]})).status == 200

    actions, described, changed, created = await entries(shop, kind="accounts")
    assert (created["after"]["secrets"], created["secrets_changed"]) == (["auth_token"], ["auth_token"])
    assert (changed["secrets_changed"], changed["before"]) == (["auth_token"], {"revision": 1})
    assert (described["secrets_changed"], described["after"]["description"]) == ([], "Front desk")
    assert actions["after"]["actions"][0]["url"] == "https://hooks.example/in?***"
    kept = str(await shop.store.database[AUDIT].find({}).to_list(None))
    for secret in (AUTH_TOKEN, "another-token-of-the-tests", "hidden-in-the-query"):
        assert secret not in kept


async def test_users_tokens_rules_and_operations_are_recorded(shop: Console) -> None:
    user = await new_user(shop, "Ada", "agent", agent_id="ada")
    await shop.call("PATCH", f"/api/users/{user['id']}", {"password": "another good password"})
    await shop.call("DELETE", f"/api/users/{user['id']}")
    token = await shop.create("tokens", name="Reports", role="supervisor", scopes=["read"])
    await shop.call("DELETE", f"/api/tokens/{token['id']}")
    await shop.create("whitelists", id="w", name="W")
    await shop.call("POST", "/api/whitelists/w/rules", {"rules": [{"kind": "prefix", "prefix": "+39"}]})
    await shop.call("POST", "/api/replays", {"mode": "simulate", "dry_run": True})

    told = await entries(shop)
    assert [(one["kind"], one["action"]) for one in told[:8]] == [
        ("replays", "requested"),
        ("whitelists", "rules added"),
        ("whitelists", "created"),
        ("tokens", "deleted"),
        ("tokens", "created"),
        ("users", "deleted"),
        ("users", "changed"),
        ("users", "created"),
    ]
    assert [one["secrets_changed"] for one in told[5:8]] == [[], ["password"], ["password"]]
    assert told[0]["after"] == {"mode": "simulate", "dry_run": True}
    assert told[1]["after"] == {"rules": [{"prefix": "+39"}]}


async def test_what_was_refused_is_not_recorded_and_what_cannot_be_recorded_is_not_done(
    shop: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await entries(shop)
    assert (await shop.call("POST", "/api/queues", {"id": "support", "name": "Again"})).status == 409
    assert (await shop.call("DELETE", "/api/queues/none")).status == 404
    assert await entries(shop) == before

    async def away(*_arguments: object) -> None:
        raise Unavailable("MongoDB: away")

    monkeypatch.setattr("runtime.store.configuration.record", away)
    assert (await shop.call("PATCH", "/api/queues/support", {"name": "New"})).status == 503
    assert (await shop.call("GET", "/api/queues/support")).json["name"] == "Support"


async def test_the_log_is_filtered_and_read_page_by_page(shop: Console) -> None:
    token = await shop.create("tokens", name="Bot", role="admin", scopes=["configure"])
    bot = {"Authorization": f"Bearer {token['token']}"}
    for number in range(3):
        await shop.call("POST", "/api/pauses", {"id": f"p{number}", "name": f"P{number}"}, headers=bot)

    assert [one["subject"] for one in await entries(shop, actor=token["id"])] == ["p2", "p1", "p0"]
    assert [one["kind"] for one in await entries(shop, kind="pauses", subject="p1")] == ["pauses"]
    assert await entries(shop, until="2026-03-14T09:26:53Z") == []
    assert len(await entries(shop, since="2026-03-14T09:26:53Z", action="created")) == 8
    seen: list[str] = []
    cursor = None
    while cursor or not seen:
        page = (await shop.call("GET", "/api/audit", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json
        seen += [one["id"] for one in page["items"]]
        cursor = page["cursor"]
    assert len(seen) == len(set(seen)) == 8
