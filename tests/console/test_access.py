"""Roles: every route against the table of who may call it, and what an agent sees of what is not theirs."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import FormData

from console.app import console_routes
from contracts.access import CONFIGURING, SCOPES_OF, Role, Scope
from contracts.contacts import Contact, contact_id
from contracts.interactions import Interaction, InteractionState
from contracts.partitioning import conversation_key
from contracts.stored import StoredMessage
from runtime.http import Route
from tests.console.access_table import table
from tests.console.conftest import NOW, Answer, Console, Json
from tests.console.people import Person, browser, new_user

RANKS = {"agent": 0, "supervisor": 1, "admin": 2}
NOT_FOR_ROLE, NOT_FOR_SCOPE = "this is not for the role", "the token was not made for this"
ADA, BEN, CLEO = "+393331111111", "+393332222222", "+393333333333"


async def bearer(console: Console, role: str, scopes: list[str], **fields: Json) -> dict[str, str]:
    made = await console.create("tokens", name=f"{role} {scopes}", role=role, scopes=scopes, **fields)
    return {"Authorization": f"Bearer {made['token']}"}


async def refused(console: Console, route: Route[Any, Any], headers: dict[str, str]) -> str:
    """The reason why a token may not call a route; nothing where it may, whatever comes of the call."""
    path = re.sub(r"\{\w+\}", "x", route.path)
    async with console.client.request(route.method, path, headers=headers) as response:
        if response.status != 403:
            return ""
        return str((await response.json())["detail"]).split(":")[0]


async def test_every_route_has_a_line_in_the_table_and_the_table_has_no_other(console: Console) -> None:
    routes = {(route.method, route.path): route for route in console_routes(console.dependencies)}

    assert routes.keys() == table().keys()
    assert {key for key, route in routes.items() if route.public} == {k for k, v in table().items() if v[0] == "public"}


@pytest.mark.parametrize("role", ["agent", "supervisor", "admin"])
async def test_no_route_is_open_to_a_role_that_is_not_meant(shop: Console, role: str) -> None:
    agent = {"agent_id": "ada"} if role == "agent" else {}
    headers = await bearer(shop, role, [scope.value for scope in SCOPES_OF[Role(role)]], **agent)
    for route in console_routes(shop.dependencies):
        least, _ = table()[route.method, route.path]
        allowed = least == "public" or RANKS[role] >= RANKS[least]
        assert (await refused(shop, route, headers)).startswith(NOT_FOR_ROLE) is not allowed, (role, route)


@pytest.mark.parametrize("scope", ["read", "work", "configure", "operate"])
async def test_a_token_does_what_it_was_made_for_and_nothing_else(shop: Console, scope: str) -> None:
    headers = await bearer(shop, "admin", [scope])
    for route in console_routes(shop.dependencies):
        _, needed = table()[route.method, route.path]
        allowed = needed in {"", "any", scope}
        assert (await refused(shop, route, headers)).startswith(NOT_FOR_SCOPE) is not allowed, (scope, route)


def test_a_route_that_says_nothing_is_for_admins_who_configure() -> None:
    silent: Route[Any, Any] = Route(method="GET", path="/", handler=_nobody, summary="s", tag="t")

    assert silent.access == CONFIGURING
    assert (silent.access.roles, silent.access.scope) == (frozenset({Role.ADMIN}), Scope.CONFIGURE)


async def _nobody(_call: object) -> None:
    raise AssertionError


async def test_what_changes_something_as_an_admin_is_recorded(console: Console) -> None:
    recorded_with_the_change = ("/api/users", "/api/tokens", *(f"/api/{kind}" for kind in _configured(console)))
    for route in console_routes(console.dependencies):
        changing = route.access.scope in {Scope.CONFIGURE, Scope.OPERATE} and not route.public
        own = route.path.startswith(recorded_with_the_change) and route.path.count("/") <= 3
        assert not changing or route.audited or own, route


def _configured(console: Console) -> list[str]:
    routes = {route.path for route in console_routes(console.dependencies)}
    return [path.split("/")[2] for path in routes if path.endswith("/delete")]


@pytest.fixture
async def floor(shop: Console) -> AsyncIterator[tuple[Person, Person]]:
    """Ada, who belongs to the account `shop`; Ben, who does not, and works in the queue `support`. Cleo's is neither's.

    Interactions: `a` is of the shop, `b` of another account but for Ben's queue, `c` of that account and nobody's.
    """
    await shop.create("agents", id="cleo", name="Cleo")
    await shop.call("PATCH", "/api/queues/support", {"agents": ["ben"]})
    await shop.create("lists", id="others", name="Others")
    await shop.account(id="shop", agents=["ada"])
    await shop.account(id="other", key="OTHER", list_id="others", phone="+390987654321")
    await keep(shop, "a", "shop", ADA, "customers")
    await keep(shop, "b", "other", BEN, "others", queue_id="support")
    await keep(shop, "c", "other", CLEO, "others", state=InteractionState.ASSIGNED, owner="cleo")
    await new_user(shop, "Ada", "agent", agent_id="ada")
    await new_user(shop, "Ben", "agent", agent_id="ben")
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(browser(shop)) for _ in range(2)]
        for person, name in zip(people, ("Ada", "Ben"), strict=True):
            await person.sign_in(name)
        yield people[0], people[1]


async def keep(console: Console, name: str, account: str, contact: str, list_id: str, **fields: Json) -> Interaction:
    """An interaction with one message, its contact and a file."""
    interactions, home = console.dependencies.interactions, contact_id(list_id, contact)
    made = Interaction(
        id=name,
        account_id=account,
        account_key=account.upper(),
        contact_key=contact,
        contact_id=home,
        contact_name=f"Customer {contact}",
        conversation=conversation_key(account, contact),
        correlation_id=f"c-{name}",
        opened_at=NOW,
        sequence=1,
        version=1,
        **fields,
    )
    await interactions.create_contacts([Contact(id=home, list_id=list_id, key=contact, number=contact)])
    await console.store.database["interactions"].insert_one(document(made))
    message = StoredMessage(
        id=f"{account}:wamid.{name}",
        event_id=f"e-{name}",
        correlation_id=f"c-{name}",
        interaction_id=name,
        account_id=account,
        contact_key=contact,
        direction="inbound",
        sequence=1,
        provider_id=f"wamid.{name}",
        content={"kind": "text", "text": f"I am {contact[1:]}, call me"},
        file={"state": "stored", "id": f"file-{name}"},
        sent_at=NOW,
        received_at=NOW,
    )
    await interactions.record(messages=[message])
    await console.dependencies.media.put(f"file-{name}", parts(), "image/png")
    return made


def document(interaction: Interaction) -> dict[str, Any]:
    fields = interaction.model_dump()
    return {"_id": fields.pop("id"), **fields, "state": str(interaction.state)}


async def parts() -> AsyncIterator[bytes]:
    yield b"a picture"


async def statuses(person: Person, *paths: str) -> list[int]:
    return [(await person.call("GET", path)).status for path in paths]


async def test_an_agent_sees_interactions_of_their_accounts_and_queues_and_no_others(
    floor: tuple[Person, Person],
) -> None:
    ada, ben = floor
    for person, seen in ((ada, "a"), (ben, "b")):
        listed = (await person.call("GET", "/api/interactions")).json["items"]
        assert [one["id"] for one in listed] == [seen]
        for name in "abc":
            paths = [f"/api/interactions/{name}{part}" for part in ("", "/messages", "/video")]
            expected = [200 if name == seen else 404] * 3
            assert await statuses(person, *paths) == expected, (seen, name)
            noted = await person.call("POST", f"/api/interactions/{name}/notes", {"text": "hello"})
            assert (noted.status == 404) == (name != seen)


async def test_an_agent_sees_contacts_files_accounts_lists_and_queues_of_what_they_see(
    floor: tuple[Person, Person],
) -> None:
    ada, ben = floor
    own, others = ["/api/contacts/customers:+393331111111", "/api/files/file-a"], ["/api/files/file-c"]
    bens = ["/api/contacts/others:+393332222222", "/api/files/file-b", "/api/queues/support/waiting"]
    cleos = ["/api/contacts/others:+393333333333", "/api/contacts?list=others"]

    assert await statuses(ada, *own, "/api/contacts?list=customers", "/api/lists/customers") == [200] * 4
    assert await statuses(ada, "/api/accounts/shop", "/api/accounts/other", *others, *bens, *cleos) == [200] + [404] * 7
    assert await statuses(ben, *bens) == [200] * 3
    assert await statuses(ben, *own, *others, *cleos, "/api/accounts/shop", "/api/lists/others") == [404] * 7
    assert [one["id"] for one in (await ada.call("GET", "/api/accounts")).json["items"]] == ["shop"]
    assert [one["id"] for one in (await ada.call("GET", "/api/lists")).json["items"]] == ["customers"]


async def test_what_is_offered_to_an_agent_is_theirs_to_see_and_that_alone(
    shop: Console, floor: tuple[Person, Person]
) -> None:
    ada, _ = floor
    await shop.store.database["interactions"].update_one({"_id": "c"}, {"$set": {"offered_to": ["ada"]}})

    seen = ["/api/interactions/c", "/api/files/file-c", "/api/contacts/others:+393333333333"]
    assert await statuses(ada, *seen, "/api/interactions/b") == [200, 200, 200, 404]


async def test_an_agent_is_told_nothing_of_how_an_account_is_connected_or_routed(
    shop: Console, floor: tuple[Person, Person]
) -> None:
    ada, _ = floor
    await shop.call("PATCH", "/api/accounts/shop", {"actions": [{"action": "Queue", "queue": "support", "timeout": 9}]})
    await new_user(shop, "Sue", "supervisor")
    async with browser(shop) as sue:
        await sue.sign_in("Sue")
        supervisors = (await sue.call("GET", "/api/accounts/shop")).json
    agents = (await ada.call("GET", "/api/accounts/shop")).json
    listed = (await ada.call("GET", "/api/accounts")).json["items"]

    assert listed == [agents]
    for view in (agents, supervisors):
        assert (view["name"], view["key"], view["agents"]) == ("Shop", "SHOP", ["ada"])
        assert (view["credentials"], view["secrets_set"], view["webhook_url"]) == ({}, [], "")
    assert (agents["actions"], len(supervisors["actions"])) == ([], 1)


async def test_an_agent_acts_as_nobody_else(floor: tuple[Person, Person], shop: Console) -> None:
    ada, ben = floor
    await shop.store.database["interactions"].update_one({"_id": "a"}, {"$set": {"state": "assigned", "owner": "ada"}})
    not_ada = [
        await ada.call("GET", "/api/agents/ben/state"),
        await ada.call("GET", "/api/agents/ben/queue"),
        await ada.call("PUT", "/api/agents/ben/state", {"state": "available"}),
        await ada.call("POST", "/api/agents/ben/queue/a/accept"),
        await ada.call("POST", "/api/interactions/a/close?agent=ben", {}),
        await ada.call("POST", "/api/interactions/a/notes?agent=ben", {"text": "x"}),
    ]
    assert [answer.status for answer in not_ada] == [403] * 6
    assert {answer.json["detail"] for answer in not_ada} == {"you are ada, and act as nobody else"}
    assert (await ada.call("PUT", "/api/agents/ada/state", {"state": "available"})).status == 200
    assert (await ben.call("POST", "/api/interactions/a/close", {})).status == 404

    note = (await ada.call("POST", "/api/interactions/a/notes", {"text": "hello"})).json
    assert note["author"] == "ada"
    assert (await ada.call("POST", "/api/interactions/a/close", {})).json["state"] == "closed"


async def test_an_agent_sends_only_files_that_they_see(shop: Console, floor: tuple[Person, Person]) -> None:
    ada, ben = floor
    await shop.store.database["interactions"].update_one({"_id": "a"}, {"$set": {"state": "assigned", "owner": "ada"}})
    stolen = {"content": {"kind": "media", "media": "image", "file_id": "file-c"}}
    sent = await ada.call("POST", "/api/interactions/a/messages", stolen)
    assert (sent.status, sent.json["detail"]) == (404, "there is no file file-c")

    form = FormData()
    form.add_field("file", b"\x89PNG\r\n\x1a\n", filename="a.png", content_type="image/png")
    async with ada.client.post("/api/files", data=form, headers={"X-CSRF-Token": ada.csrf}) as response:
        uploaded = f"/api/files/{(await response.json())['id']}"
    assert await statuses(ada, uploaded) == [200]
    assert await statuses(ben, uploaded) == [404]


async def test_a_supervisor_logs_an_agent_out(shop: Console, floor: tuple[Person, Person]) -> None:
    ada, ben = floor
    await ada.call("PUT", "/api/agents/ada/state", {"state": "available"})
    await new_user(shop, "Sue", "supervisor")
    async with browser(shop) as sue:
        await sue.sign_in("Sue")
        assert (await ben.call("POST", "/api/agents/ada/log-out")).status == 403
        gone: Answer = await sue.call("POST", "/api/agents/ada/log-out")
        assert (gone.status, gone.json["state"]) == (200, "offline")
        assert (await sue.call("GET", "/api/session")).status == 200
    assert (await ada.call("GET", "/api/session")).status == 401
    assert (await ben.call("GET", "/api/session")).status == 200
    (entry,) = (await shop.call("GET", "/api/audit?action=logged%20out")).json["items"]
    assert (entry["actor"], entry["kind"], entry["subject"]) == ("Sue", "agents", "ada")
