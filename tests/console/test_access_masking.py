"""Customers' numbers are kept from a masked agent in every answer, and what they are shown can be used all the same."""

import base64
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from console.access_masking import Veil
from console.app import build_console, console_routes
from console.live import LiveApi
from console.live_clients import Client
from console.live_ring import BEGINNING, Told
from contracts.access import Principal, Role
from contracts.live import LiveEntry, LiveKind
from runtime.crypto import Sealer
from tests.console.conftest import NOW, Console, Json
from tests.console.people import Person, browser, new_user
from tests.console.test_access import ADA, keep

VEIL = Veil(Sealer([Fernet.generate_key().decode()], "test"))
DIGITS = ADA[1:]
WAMID = f"wamid.{base64.b64encode(b'HBg' + DIGITS.encode()).decode()}"


@pytest.mark.parametrize(
    "text",
    [ADA, DIGITS, "+39 333 111 1111", "(39) 333-111-1111", f"people:{ADA}", f"I am {ADA}!", f"1{DIGITS}", f"7 {ADA}"],
)
def test_the_number_of_an_answers_customer_is_hidden_wherever_it_stands(text: str) -> None:
    shown = VEIL.hidden({"contact_key": ADA, "items": [{"note": text}]})

    assert DIGITS not in re.sub(r"\D", "", shown["items"][0]["note"].split("~")[0])
    assert shown["contact_key"].startswith("***1111~")


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True), st.sampled_from(["id", "contact", "contact_key"]))
def test_what_is_shown_for_a_number_names_it(number: str, field: str) -> None:
    shown = VEIL.hidden({field: f"people:{number}", "number": number})

    assert number[1:] not in str(shown)
    assert VEIL.opened(shown) == {field: f"people:{number}", "number": shown["number"]}
    assert VEIL.hidden({"number": number}) == {"number": shown["number"]}


def test_ids_of_metas_messages_and_cursors_hold_numbers_and_are_hidden_whole() -> None:
    answer = {"id": f"shop:{WAMID}", "reply_to": WAMID, "cursor": "people:x", "at": "2026-03-14T09:26:53.589793Z"}
    shown = VEIL.hidden(answer)

    assert "wamid" not in str(shown)
    assert shown["at"] == answer["at"]
    assert VEIL.opened({name: shown[name] for name in ("id", "reply_to", "cursor")}) == {
        name: answer[name] for name in ("id", "reply_to", "cursor")
    }


def test_what_is_no_customers_number_stays() -> None:
    answer = {
        "phone": "+390123456789",
        "text": "order 12345678901 for +3933",
        "contact_key": "IT.1234",
        "count": 12345678,
    }

    assert VEIL.hidden(answer) == answer


def test_a_token_opens_nothing_in_a_message_and_nothing_when_it_was_altered() -> None:
    token = VEIL.hidden({"number": ADA})["number"]
    other = Veil(Sealer([Fernet.generate_key().decode()], "test")).hidden({"number": ADA})["number"]

    assert VEIL.opened({"content": {"text": token}}) == {"content": {"text": token}}
    assert VEIL.opened({"contact": other}) == {"contact": other}
    assert VEIL.opened({"contact": f"{token}A"}) == {"contact": f"{token}A"}


@pytest.fixture
async def ada(shop: Console) -> AsyncIterator[Person]:
    """A masked agent who owns the interaction `a`; its contact is `customers:+393331111111`."""
    await shop.account(id="shop", agents=["ada"], transfer={"enabled": True})
    await keep(shop, "a", "shop", ADA, "customers", state="assigned", owner="ada")
    await shop.store.database["messages"].update_one({"_id": "shop:wamid.a"}, {"$set": {"provider_id": WAMID}})
    await new_user(shop, "Ada", "agent", agent_id="ada", masked=True)
    async with browser(shop) as ada:
        await ada.sign_in("Ada")
        yield ada


async def test_no_answer_that_a_masked_agent_gets_holds_the_number(shop: Console, ada: Person) -> None:
    shown = (await ada.call("GET", "/api/interactions/a")).json
    paths = {"{id}": "a", "{interaction}": "a", "{rule}": "x", "{token}": "x"}
    ids = {
        "/api/agents/": "ada",
        "/api/accounts/": "shop",
        "/api/contacts/": shown["contact_id"],
        "/api/lists/": "customers",
    }
    seen, queries = 0, {**QUERIES, "/api/interactions": {"contact": shown["contact_key"]}}
    for route in console_routes(shop.dependencies):
        if route.public or Role.AGENT not in route.access.roles or route.path in {"/api/live", "/api/session"}:
            continue
        path = route.path
        for prefix, one in ids.items():
            path = path.replace(f"{prefix}{{id}}", f"{prefix}{one}")
        for name, one in paths.items():
            path = path.replace(name, one)
        body = BODIES.get(route.path.rpartition("/")[2], {}) if route.request else None
        answer = await ada.call(route.method, path, body, params=queries.get(route.path, {}))
        assert DIGITS not in re.sub(r"\D", "", without_tokens(answer.text)), (route.method, path, answer.text)
        assert WAMID not in answer.text
        seen += answer.status in {200, 201}
    assert seen > 20


BODIES: dict[str, Json] = {
    "notes": {"text": f"call {ADA}"},
    "tags": {"add": ["x"]},
    "{id}": {"name": "Customer"},
    "messages": {"content": {"kind": "text", "text": f"is {DIGITS} your number?"}},
    "transfer": {"queue": "support"},
    "interactions": {"contact": ADA, "template": {"name": "x", "language": "en"}},
    "state": {"state": "available"},
}
QUERIES: dict[str, dict[str, Any]] = {
    "/api/contacts": {"list": "customers"},
    "/api/accounts/{id}/interactions": {"agent": "ada"},
}


def without_tokens(text: str) -> str:
    return re.sub(r"~[A-Za-z0-9_-]+", "", text)


async def test_a_masked_agent_uses_what_they_are_shown_as_the_number(shop: Console, ada: Person) -> None:
    shown = (await ada.call("GET", "/api/interactions/a")).json
    (message,) = (await ada.call("GET", "/api/interactions/a/messages")).json["items"]
    contact = (await ada.call("GET", f"/api/contacts/{shown['contact_id']}")).json
    listed = await ada.call("GET", "/api/interactions", params={"contact": shown["contact_key"]})
    reacted = {"content": {"kind": "reaction", "message_id": message["id"], "emoji": "👍"}}
    sent = await ada.call("POST", "/api/interactions/a/messages", reacted)

    assert contact["number"] == shown["contact_key"]
    assert [one["id"] for one in listed.json["items"]] == ["a"]
    assert sent.status in {201, 409}, sent.text
    assert sent.status == 409 or sent.json["sending"]["message_id"] == message["provider_id"]


async def test_a_masked_agent_does_not_find_numbers_by_trying(ada: Person) -> None:
    for path in (f"/api/contacts/customers:{ADA}", f"/api/interactions?contact=%2B{DIGITS}"):
        assert (await ada.call("GET", path)).status == 403
    for query in ({"search": "+39333"}, {"sort": "number"}):
        refused = await ada.call("GET", "/api/contacts", params={"list": "customers", **query})
        assert refused.status == 403
    shown = (await ada.call("GET", "/api/interactions/a")).json["contact_id"]
    missing = await ada.call("GET", f"/api/contacts/{shown.replace('customers', 'others')}")
    assert (missing.status, DIGITS in missing.text, "***1111~" in missing.text) == (404, False, True)


async def test_the_setting_masks_every_agent_and_nobody_else(shop: Console, ada: Person) -> None:
    rules = replace(shop.dependencies.access, mask_numbers=True)
    await new_user(shop, "Adam", "agent", agent_id="ada")
    await new_user(shop, "Sue", "supervisor", masked=True)
    app = build_console(replace(shop.dependencies, access=rules))
    async with (
        TestClient(TestServer(app)) as client,
        browser(replace(shop, client=client)) as adam,
        browser(shop) as unmasked,
        browser(replace(shop, client=client)) as sue,
    ):
        assert (await adam.sign_in("Adam")).json["user"]["masked"] is True
        assert (await unmasked.sign_in("Adam")).json["user"]["masked"] is False
        assert (await sue.sign_in("Sue")).json["user"]["masked"] is False
        keys = [(await one.call("GET", "/api/interactions/a")).json["contact_key"] for one in (adam, unmasked, sue)]
    assert keys[0] == (await ada.call("GET", "/api/interactions/a")).json["contact_key"]
    assert (keys[0].startswith("***1111~"), keys[1:]) == (True, [ADA, ADA])


async def test_the_live_feed_names_messages_as_a_masked_agents_answers_do(shop: Console, ada: Person) -> None:
    (message,) = (await ada.call("GET", "/api/interactions/a/messages")).json["items"]
    entry = LiveEntry(kind=LiveKind.MESSAGE, id=f"shop:{WAMID}", at=NOW)
    await shop.store.database["messages"].update_one({"_id": "shop:wamid.a"}, {"$set": {"provider_id": entry.id}})
    (again,) = (await ada.call("GET", "/api/interactions/a/messages")).json["items"]
    clients = [
        Client(Principal(id="u", name="U", role=Role.AGENT, agent_id="ada", scopes=(), masked=masked))
        for masked in (True, False)
    ]
    for client in clients:
        client.tell(Told(BEGINNING, entry, f'data: {{"id": "{entry.id}"}}\n\n'.encode()))
    masked, plain = (LiveApi(shop.dependencies)._next(client).decode() for client in clients)

    assert (WAMID in plain, WAMID in masked) == (True, False)
    assert again["provider_id"] in masked
    assert message["id"] not in masked
