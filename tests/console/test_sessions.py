"""Signing in and out over real HTTP: cookies, CSRF, what ends a session, and what a wrong password costs."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer

from console.app import build_console
from runtime.clock import utc_now
from tests.console.conftest import NOW, Console
from tests.console.people import PASSWORD, browser, new_user


async def test_who_signs_in_gets_a_cookie_that_scripts_and_other_sites_cannot_use(shop: Console) -> None:
    user = await new_user(shop, "Ada", "agent", agent_id="ada")
    async with browser(shop) as ada:
        answer = await ada.sign_in("  ADA ")

        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("switchboard_session=")
        assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=86400"))
        assert "Secure" not in cookie
        again = await ada.call("GET", "/api/session")
    assert [one.headers["Cache-Control"] for one in (answer, again)] == ["no-store"] * 2
    me = again.json
    assert me == answer.json
    assert me["user"] == {"id": user["id"], "name": "Ada", "role": "agent", "agent_id": "ada", "masked": False}
    assert me["scopes"] == ["read", "work"]


async def test_the_cookie_is_for_tls_alone_where_a_known_proxy_says_that_there_is_tls(console: Console) -> None:
    await new_user(console, "Ann", "admin")
    known = replace(console.dependencies.access, origins=type(console.dependencies.access.origins)("127.0.0.0/8"))
    behind = build_console(replace(console.dependencies, access=known))
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    async with TestClient(TestServer(behind)) as client, browser(replace(console, client=client)) as ann:
        assert "Secure" in (await ann.sign_in("Ann", headers=said)).headers["Set-Cookie"]
        bearer = {"Authorization": "Bearer token-of-the-tests"}
        (seen,) = (await ann.call("GET", "/api/sessions", headers=bearer)).json["items"]
    assert seen["address"] == "203.0.113.7"
    async with browser(console) as ann:
        assert "Secure" not in (await ann.sign_in("Ann", headers=said)).headers["Set-Cookie"]


async def test_under_a_cookie_nothing_is_changed_without_the_token_of_the_session(console: Console) -> None:
    await new_user(console, "Ann", "admin")
    async with browser(console) as ann, browser(console) as other:
        await ann.sign_in("Ann")
        await other.sign_in("Ann")
        body = {"id": "people", "name": "People"}

        for sent in ("", "wrong", other.csrf, "\u00e4"):
            refused = await ann.call("POST", "/api/lists", body, headers={"X-CSRF-Token": sent})
            assert (refused.status, "X-CSRF-Token" in refused.json["detail"]) == (403, True)
        assert (await ann.call("GET", "/api/lists", headers={"X-CSRF-Token": ""})).json["items"] == []
        assert (await ann.call("POST", "/api/lists", body)).status == 201


async def test_who_has_signed_out_is_nobody_any_more(console: Console) -> None:
    await new_user(console, "Ann", "admin")
    async with browser(console) as ann:
        await ann.sign_in("Ann")
        token = next(iter(ann.client.cookie_jar)).value

        assert (await ann.call("DELETE", "/api/session")).status == 204
        stolen = {"Cookie": f"switchboard_session={token}"}
        assert (await ann.call("GET", "/api/session")).status == 401
        assert (await ann.call("GET", "/api/session", headers=stolen)).status == 401
    assert token not in str(await console.store.database["sessions"].find({}).to_list(None))


@pytest.mark.parametrize(("name", "password"), [("Ann", "wrong password"), ("nobody", PASSWORD), ("Off", PASSWORD)])
async def test_a_wrong_name_a_wrong_password_and_a_disabled_user_are_refused_alike(
    console: Console, name: str, password: str
) -> None:
    await new_user(console, "Ann", "admin")
    await new_user(console, "Off", "admin", enabled=False)
    async with browser(console) as somebody:
        refused = await somebody.sign_in(name, password)

    assert (refused.status, refused.json["detail"]) == (401, "the name or the password is wrong")
    assert "Set-Cookie" not in refused.headers


async def test_who_fails_too_often_waits_whatever_the_console_and_whatever_the_password(console: Console) -> None:
    await new_user(console, "Ann", "admin")
    await new_user(console, "Bob", "admin")
    rules = replace(console.dependencies.access, per_name=2)
    now = [NOW]
    other = build_console(replace(console.dependencies, access=rules, clock=lambda: now[0]))
    async with TestClient(TestServer(other)) as client, browser(replace(console, client=client)) as guesser:
        first = build_console(replace(console.dependencies, access=rules))
        async with TestClient(TestServer(first)) as elsewhere, browser(replace(console, client=elsewhere)) as here:
            assert (await here.sign_in("ANN", "wrong password")).status == 401
        assert (await guesser.sign_in("Ann", "wrong password")).status == 401

        locked = await guesser.sign_in("Ann")
        assert (locked.status, locked.headers["Retry-After"]) == (429, "300")
        assert (await guesser.sign_in("Bob")).status == 200
        now[0] += timedelta(seconds=299)
        assert (await guesser.sign_in("Ann")).headers["Retry-After"] == "1"
        now[0] += timedelta(seconds=1)
        assert (await guesser.sign_in("Ann")).status == 200


async def test_an_address_from_which_many_names_are_tried_is_locked_out_and_success_is_no_failure(
    console: Console,
) -> None:
    await new_user(console, "Ann", "admin")
    rules = replace(console.dependencies.access, per_address=2)
    async with (
        TestClient(TestServer(build_console(replace(console.dependencies, access=rules)))) as client,
        browser(replace(console, client=client)) as somebody,
    ):
        assert [(await somebody.sign_in("Ann")).status for _ in range(3)] == [200, 200, 200]
        assert [(await somebody.sign_in(f"name-{n}")).status for n in range(3)] == [401, 401, 429]
        assert (await somebody.sign_in("Ann")).status == 429


async def test_a_whole_office_behind_one_address_signs_in_at_once(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        await new_user(console, f"Ann{number}", "admin")
    rules = replace(console.dependencies.access, per_address=1)
    app = build_console(replace(console.dependencies, access=rules))
    async with TestClient(TestServer(app)) as client, browser(replace(console, client=client)) as office:
        names = [f"Ann{number}" for number in range(4)]
        assert [one.status for one in await asyncio.gather(*map(office.sign_in, names))] == [200] * 4
        monkeypatch.setattr("console.sessions.MOST_UNDER_WAY", 2)
        some = await asyncio.gather(*map(office.sign_in, names))
        assert sorted(one.status for one in some) == [200, 200, 429, 429]
        assert {one.headers.get("Retry-After") for one in some} == {None, "2"}


async def test_a_session_ends_with_its_time_and_when_nobody_uses_it(console: Console) -> None:
    await new_user(console, "Ann", "admin")
    now = [utc_now()]
    app = build_console(replace(console.dependencies, clock=lambda: now[0]))
    async with TestClient(TestServer(app)) as client, browser(replace(console, client=client)) as ann:
        await ann.sign_in("Ann")
        for _ in range(7):
            now[0] += timedelta(hours=3)
            assert (await ann.call("GET", "/api/session")).status == 200
        now[0] += timedelta(hours=3)
        assert (await ann.call("GET", "/api/session")).status == 401

        await ann.sign_in("Ann")
        now[0] += timedelta(hours=4)
        assert (await ann.call("GET", "/api/session")).status == 401


async def test_sessions_are_listed_and_ended_by_whose_they_are_and_by_admins(shop: Console) -> None:
    await new_user(shop, "Ada", "agent", agent_id="ada")
    await new_user(shop, "Sue", "supervisor")
    async with browser(shop) as ada, browser(shop) as sue:
        await ada.sign_in("Ada")
        await sue.sign_in("Sue")

        (own,) = (await sue.call("GET", "/api/sessions")).json["items"]
        assert (own["own"], "token" in str(own)) == (True, False)
        page = (await shop.call("GET", "/api/sessions?limit=1")).json
        rest = (await shop.call("GET", "/api/sessions", params={"cursor": page["cursor"]})).json
        (adas,) = (one for one in [*page["items"], *rest["items"]] if one["id"] != own["id"])
        assert (await sue.call("DELETE", f"/api/sessions/{adas['id']}")).status == 404
        assert (await ada.call("GET", "/api/session")).status == 200
        assert (await shop.call("DELETE", f"/api/sessions/{adas['id']}")).status == 204
        assert (await ada.call("GET", "/api/session")).status == 401
        assert (await shop.call("DELETE", f"/api/sessions/{adas['id']}")).status == 404


async def test_the_installations_token_is_an_admin_without_a_session(console: Console) -> None:
    me = (await console.call("GET", "/api/session")).json

    assert (me["user"]["role"], me["csrf"]) == ("admin", "")
    assert me["scopes"] == ["read", "work", "configure", "operate"]
    assert (await console.call("DELETE", "/api/session")).status == 204
