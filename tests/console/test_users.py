"""Users: made, changed and deleted by admins; passwords are never seen again, and sessions end with their user."""

import pytest

from runtime.store.users import USERS
from tests.console.conftest import Console, Json
from tests.console.people import PASSWORD, browser, new_user

FORTY_TWO = "forty-two is the answer"


async def test_a_user_is_created_read_listed_changed_and_deleted(shop: Console) -> None:
    made = await new_user(shop, "Ada", "agent", agent_id="ada", id="u1")
    await new_user(shop, "ben", "supervisor", id="u2")
    assert (made["id"], made["role"], made["agent_id"], made["enabled"]) == ("u1", "agent", "ada", True)

    changed = await shop.call("PATCH", "/api/users/u1", {"masked": True, "name": "Ada L."})
    assert (changed.json["masked"], changed.json["name"], changed.json["agent_id"]) == (True, "Ada L.", "ada")
    replaced = await shop.call("PUT", "/api/users/u2", {"name": "Ben", "role": "admin"})
    assert (replaced.json["role"], replaced.json["password_set_at"]) == ("admin", made["password_set_at"])
    assert (await shop.call("GET", "/api/users/u1")).json == changed.json
    page = (await shop.call("GET", "/api/users?sort=-name&limit=1")).json
    rest = (await shop.call("GET", "/api/users", params={"sort": "-name", "cursor": page["cursor"]})).json
    assert [one["name"] for one in (*page["items"], *rest["items"])] == ["Ben", "Ada L."]
    assert (await shop.call("POST", "/api/users/delete", {"ids": ["u1", "gone"]})).json["deleted"] == ["u1"]
    assert (await shop.call("DELETE", "/api/users/u2")).json["deleted"] == ["u2"]
    assert (await shop.call("GET", "/api/users/u2")).status == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "ADA LOVELACE"}, "password"),
        ({"password": None}, "password"),
        ({"name": "ben"}, "name"),
        ({"role": "agent"}, "agent_id"),
        ({"agent_id": "nobody"}, "agent_id"),
        ({"role": "king"}, "role"),
        ({"sort": 1}, "sort"),
    ],
)
async def test_a_user_that_breaks_a_rule_is_refused_by_field(shop: Console, change: Json, field: str) -> None:
    await new_user(shop, "Ben", "admin")
    sent = {"name": "Ada Lovelace", "role": "admin", "password": PASSWORD} | change

    refused = await shop.call("POST", "/api/users", sent)

    assert (refused.status, list(refused.faults)) == (422, [field])
    assert await shop.store.database[USERS].count_documents({}) == 1


async def test_a_password_is_kept_as_an_argon2_hash_and_shown_nowhere(shop: Console) -> None:
    user = await new_user(shop, "Ada", "admin")
    await shop.call("PATCH", f"/api/users/{user['id']}", {"password": FORTY_TWO})
    kept = await shop.store.database[USERS].find_one({"_id": user["id"]})

    assert kept is not None
    assert kept["password_hash"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    await shop.call("GET", "/api/users")
    await shop.call("GET", "/api/audit")
    for text in (*shop.answers, str(kept)):
        assert PASSWORD not in text
        assert FORTY_TWO not in text
    assert not any("argon2id" in text for text in shop.answers)


@pytest.mark.parametrize("change", [{"password": FORTY_TWO}, {"enabled": False}])
async def test_a_new_password_and_a_disabled_user_end_the_sessions(shop: Console, change: Json) -> None:
    user = await new_user(shop, "Ada", "admin")
    async with browser(shop) as ada:
        await ada.sign_in("Ada")
        await shop.call("PATCH", f"/api/users/{user['id']}", {"name": "Ada L.", **change})

        assert (await ada.call("GET", "/api/session")).status == 401
        assert (await ada.sign_in("Ada L.")).status == 401


async def test_a_role_counts_from_the_next_request_on_and_who_was_deleted_is_out(shop: Console) -> None:
    user = await new_user(shop, "Ada", "supervisor")
    async with browser(shop) as ada:
        await ada.sign_in("Ada")
        assert (await ada.call("GET", "/api/users")).status == 403
        await shop.call("PATCH", f"/api/users/{user['id']}", {"role": "admin"})
        assert (await ada.call("GET", "/api/users")).status == 200
        await shop.call("DELETE", f"/api/users/{user['id']}")
        assert (await ada.call("GET", "/api/users")).status == 401


async def test_an_agent_is_not_deleted_while_a_user_is_that_agent(shop: Console) -> None:
    user = await new_user(shop, "Ada L.", "agent", agent_id="ada")

    refused = await shop.call("DELETE", "/api/agents/ada")
    assert (refused.status, refused.json["detail"]) == (409, "in use by user Ada L.")
    assert (await shop.call("DELETE", "/api/agents/ben")).status == 200
    await shop.call("DELETE", f"/api/users/{user['id']}")
    assert (await shop.call("DELETE", "/api/agents/ada")).status == 200


async def test_an_admin_does_not_lock_themself_out(shop: Console) -> None:
    user = await new_user(shop, "Ann", "admin")
    path = f"/api/users/{user['id']}"
    async with browser(shop) as ann:
        await ann.sign_in("Ann")
        refused = [
            await ann.call("DELETE", path),
            await ann.call("POST", "/api/users/delete", {"ids": [user["id"]]}),
            await ann.call("PATCH", path, {"role": "supervisor"}),
            await ann.call("PATCH", path, {"enabled": False}),
        ]
        assert [answer.status for answer in refused] == [409] * 4
        assert (await ann.call("PATCH", path, {"name": "Anna"})).status == 200


async def test_who_changes_their_password_stays_signed_in_here_and_nowhere_else(shop: Console) -> None:
    await new_user(shop, "Ada", "agent", agent_id="ada")
    async with browser(shop) as here, browser(shop) as there:
        await here.sign_in("Ada")
        await there.sign_in("Ada")
        wrong = await here.call("PUT", "/api/session/password", {"old": "not my password", "new": FORTY_TWO})
        short = await here.call("PUT", "/api/session/password", {"old": PASSWORD, "new": "short"})
        assert [list(answer.faults) for answer in (wrong, short)] == [["old"], ["new"]]

        assert (await here.call("PUT", "/api/session/password", {"old": PASSWORD, "new": FORTY_TWO})).status == 204
        assert (await here.call("GET", "/api/session")).status == 200
        assert (await there.call("GET", "/api/session")).status == 401
        assert [(await there.sign_in("Ada", words)).status for words in (PASSWORD, FORTY_TWO)] == [401, 200]
    token = await shop.call("PUT", "/api/session/password", {"old": PASSWORD, "new": FORTY_TWO})
    assert token.status == 409
