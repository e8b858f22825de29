"""The customer's phone in a browser: what it is served, and what it is told of a chat."""

import base64
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.runtime.sandbox.tiny import KEY, Scene, scene

ZOE = "+391"


@pytest.fixture
async def at() -> AsyncIterator[Scene]:
    async with scene() as here:
        yield here


async def chat(at: Scene, contact: str = ZOE, account: str = KEY) -> dict[str, Any]:
    answer = await at.client.get(f"{at.url}/control/chat", params={"account": account, "contact": contact})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def say(at: Scene, content: dict[str, Any], **more: object) -> None:
    message = {"contact": ZOE, "content": content, **more}
    answer = await at.control("POST", "say", {"account": KEY, "messages": [message]})
    assert answer.status_code == 200, answer.text


async def test_the_page_runs_no_script_but_its_own(at: Scene) -> None:
    page = await at.client.get(f"{at.url}/phone")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script(?![^>]*\bsrc=)|\son\w+=|\bstyle=", page.text) == []


async def test_every_file_that_the_page_names_is_served_as_what_it_is(at: Scene) -> None:
    page = await at.client.get(f"{at.url}/phone")
    named = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    types = {name: (await at.client.get(f"{at.url}{name}")).headers["Content-Type"] for name in named}
    assert types == {"/phone/phone.css": "text/css; charset=utf-8", "/phone/phone.js": "text/javascript; charset=utf-8"}


@pytest.mark.parametrize("name", ["other.js", "../phones.py", "%2e%2e/phones.py"])
async def test_nothing_else_is_served_there(at: Scene, name: str) -> None:
    assert (await at.client.get(f"{at.url}/phone/{name}")).status_code == 404


async def test_a_chat_that_there_is_not_is_empty(at: Scene) -> None:
    assert await chat(at) == {"typing": False, "messages": []}


async def test_both_ways_stand_in_the_chat_with_how_far_they_have_come(at: Scene) -> None:
    await say(at, {"kind": "text", "text": "is it ready?"}, id="c1")
    await at.send("yes, it is")
    await at.until(lambda: at.gateway.states == ["sent", "delivered", "read"])
    said, received = (await chat(at))["messages"]
    assert (said["direction"], said["shown"]["text"], said["read"], said["state"]) == (
        "said",
        "is it ready?",
        False,
        None,
    )
    assert (received["direction"], received["shown"]["text"]) == ("received", "yes, it is")
    assert received["state"] == "read"


async def test_what_the_agent_has_read_and_that_they_write_is_shown(at: Scene) -> None:
    await say(at, {"kind": "text", "text": "is it ready?"}, id="c1")
    await at.call("POST", "/read/c1")
    await at.call("POST", "/typing/c1")
    shown = await chat(at)
    assert (shown["typing"], shown["messages"][0]["read"]) == (True, True)


async def test_a_picture_that_the_customer_sends_is_shown_from_the_sandbox(at: Scene) -> None:
    given = {"mime_type": "image/png", "filename": "bike.png", "content": base64.b64encode(b"a picture").decode()}
    media_id = (await at.control("POST", "files", given)).json()["media_id"]
    await say(at, {"kind": "image", "media_id": media_id, "mime_type": "image/png", "caption": "this one"})
    (message,) = (await chat(at))["messages"]
    assert message["shown"]["text"] == "this one"
    assert message["shown"]["file"]["kind"] == "image"
    found = await at.client.get(f"{at.url}/files/{message['shown']['file']['media_id']}")
    assert (found.content, found.headers["Content-Security-Policy"]) == (b"a picture", "sandbox")


async def test_places_reactions_and_quotes_of_the_customer_are_shown(at: Scene) -> None:
    await say(at, {"kind": "location", "latitude": 45.5, "longitude": 7.25, "name": "Turin"})
    await say(at, {"kind": "reaction", "message_id": "m1", "emoji": "👍"})
    await say(at, {"kind": "text", "text": "that one"}, context={"message_id": "m1"})
    place, reaction, quote = (await chat(at))["messages"]
    assert place["shown"]["place"] == {"latitude": 45.5, "longitude": 7.25, "name": "Turin"}
    assert (reaction["shown"]["emoji"], reaction["shown"]["about"]) == ("👍", "m1")
    assert quote["reply_to"] == "m1"


async def test_chats_are_listed_the_latest_first(at: Scene) -> None:
    await at.send("first")
    await at.send("second", to="+392")
    await at.send("third")
    items = (await at.client.get(f"{at.url}/control/chats")).json()["items"]
    assert [(one["contact"], one["words"]) for one in items] == [("+391", "third"), ("+392", "second")]
