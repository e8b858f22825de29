"""Video over the API: a session is opened at the provider, the customer gets a link that is good once, and what becomes
of it is recorded."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from console.app import build_console
from contracts.content import Text
from contracts.interactions import InteractionState
from contracts.topology import WORK
from tests.console.conftest import NOW, Answer, Console, Json
from tests.console.test_ai import keep
from tests.runtime.video.provider import KEY, Video

VIDEO = "/api/interactions/i1/video"


@pytest.fixture
async def there() -> AsyncIterator[Video]:
    video = Video()
    await video.start()
    yield video
    await video.stop()


@pytest.fixture
async def desk(shop: Console, there: Video) -> Console:
    """The account `shop` with video on, and the interaction `i1`: it is Ada's, and its customer has just written."""
    video = {"enabled": True, "base_url": f"{there.url}/api", "api_key": KEY, "message": "Let us talk: {link} !"}
    await shop.account(id="shop", video=video)
    await keep(shop, "i1", Text(text="can I show you?"), state=InteractionState.ASSIGNED, owner="ada")
    shop.publisher.published.clear()
    return shop


async def start(console: Console) -> Json:
    started = await console.call("POST", VIDEO)
    assert started.status == 201, started.text
    return started.json


async def link_of(console: Console) -> str:
    """The path of the link in the customer's last message."""
    last = (await console.call("GET", "/api/interactions/i1/messages")).json["items"][-1]
    text: str = last["sending"]["text"]
    return urlsplit(text.split()[3]).path


async def follow(console: Console, path: str, agent: str = "Mozilla/5.0 (iPhone)") -> Answer:
    """Open a link as a customer does, without a token of ours."""
    async with console.client.get(path, headers={"User-Agent": agent}, allow_redirects=False) as response:
        return Answer(response.status, dict(response.headers), await response.text())


async def report(console: Console, there: Video, body: Any, path: str = "") -> int:  # noqa: ANN401 - whatever is told
    url = there.asked[-1].body["callback_url"]
    async with console.client.post(path or urlsplit(url).path, json=body) as response:
        return response.status


async def sessions(console: Console) -> list[Json]:
    items: list[Json] = (await console.call("GET", VIDEO)).json["items"]
    return items


async def at(console: Console, minutes: float) -> Console:
    """The same console some time later."""
    later = replace(console.dependencies, clock=lambda: NOW + timedelta(minutes=minutes))
    return replace(console, client=TestClient(TestServer(build_console(later))))


async def test_a_session_is_opened_and_the_link_goes_out_as_an_ordinary_message(desk: Console, there: Video) -> None:
    started = await start(desk)

    (asked,) = there.asked
    assert asked.body["reference"] == started["id"]
    assert asked.body["expires_at"] == "2026-03-14T10:26:53+00:00"
    assert asked.body["callback_url"].startswith("https://desk.example.org/video/callbacks/")
    message = (await desk.call("GET", "/api/interactions/i1/messages")).json["items"][-1]
    assert message["id"] == started["message_id"]
    assert (message["author"], message["state"], message["sequence"]) == ("ada", "queued", 2)
    assert message["sending"]["text"].startswith("Let us talk: https://desk.example.org/v/")
    (command,) = (command for bundle in desk.publisher.on(WORK) for command in bundle)
    assert (command["type"], command["contact_key"]) == ("send", "+390000001")


async def test_agents_see_the_session_and_their_own_way_in_but_not_the_customers(desk: Console) -> None:
    started = await start(desk)

    assert started["state"] == "started"
    assert started["agent_url"] == "https://video.example/host/5cfe2b"
    assert await sessions(desk) == [started]
    assert "example/join" not in repr(started)


async def test_the_link_leads_to_the_session_once_and_then_says_so(desk: Console) -> None:
    await start(desk)
    link = await link_of(desk)

    first, second = await follow(desk, link), await follow(desk, link)

    assert (first.status, first.headers["Location"]) == (302, "https://video.example/join/5cfe2b?k=p%2B1")
    assert first.headers["Cache-Control"] == "no-store"
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert second.status == 410
    assert "used already" in second.text
    (session,) = await sessions(desk)
    assert (session["state"], session["opened_at"]) == ("opened", "2026-03-14T09:26:53Z")


async def test_of_many_who_follow_the_link_at_once_one_gets_in(desk: Console) -> None:
    await start(desk)
    link = await link_of(desk)

    answers = await asyncio.gather(*(follow(desk, link) for _ in range(10)))

    assert sorted(answer.status for answer in answers) == [302] + [410] * 9


@pytest.mark.parametrize("agent", ["WhatsApp/2.23.20.0 A", "facebookexternalhit/1.1"])
async def test_who_only_makes_a_preview_of_the_link_does_not_use_it_up(desk: Console, agent: str) -> None:
    await start(desk)
    link = await link_of(desk)

    preview = await follow(desk, link, agent)
    async with desk.client.head(link, allow_redirects=False) as head:
        assert head.status == 405

    assert (preview.status, "Location" in preview.headers) == (200, False)
    assert (await follow(desk, link)).status == 302


async def test_the_link_is_good_until_it_expires_and_then_says_so(desk: Console) -> None:
    await start(desk)
    link = await link_of(desk)
    after = await at(desk, 60)

    async with after.client:
        late = await follow(after, link)
        (session,) = await sessions(after)

    assert late.status == 410
    assert "not good any more" in late.text
    assert (session["state"], session["opened_at"]) == ("expired", None)


async def test_a_link_that_is_none_leads_nowhere(desk: Console) -> None:
    assert (await follow(desk, "/v/nothing")).status == 404


async def test_what_the_provider_reports_is_recorded_once_and_ends_the_link(desk: Console, there: Video) -> None:
    await start(desk)

    for body in ({"event": "joined", "role": "agent"}, {"event": "recording_started"}, ["joined"]):
        assert await report(desk, there, body) == 204
    assert (await sessions(desk))[0]["state"] == "started"
    for _ in range(2):
        assert await report(desk, there, {"event": "joined"}) == 204
    assert (await sessions(desk))[0]["state"] == "joined"
    assert await report(desk, there, {"event": "ended"}) == 204

    (session,) = await sessions(desk)
    assert (session["state"], session["joined_at"], session["ended_at"]) == (
        "ended",
        "2026-03-14T09:26:53Z",
        "2026-03-14T09:26:53Z",
    )
    assert (await follow(desk, await link_of(desk))).status == 410


async def test_an_agent_ends_a_session_and_its_link_with_it(desk: Console) -> None:
    path = f"/api/interactions/i1/video/{(await start(desk))['id']}/end"

    first, again = await desk.call("POST", path), await desk.call("POST", path)

    assert (first.status, again.status) == (200, 200)
    assert first.json == again.json == (await sessions(desk))[0]
    assert (first.json["state"], first.json["ended_at"]) == ("ended", "2026-03-14T09:26:53Z")
    assert (await follow(desk, await link_of(desk))).status == 410


async def test_a_session_of_another_interaction_is_not_found(desk: Console) -> None:
    session = (await start(desk))["id"]

    assert (await desk.call("POST", f"/api/interactions/i2/video/{session}/end")).status == 404
    assert (await desk.call("POST", "/api/interactions/i1/video/none/end")).status == 404
    assert (await sessions(desk))[0]["state"] == "started"


async def test_a_forged_report_is_refused_without_a_word_and_a_broken_one_with_one(desk: Console, there: Video) -> None:
    started = await start(desk)
    good = urlsplit(there.asked[-1].body["callback_url"]).path

    for path in (f"{good}x", good.replace(started["id"], "0" * 32), "/video/callbacks/nothing"):
        assert await report(desk, there, {"event": "ended"}, path) == 403
    async with desk.client.post(good, data=b"{") as broken:
        assert broken.status == 400
    assert (await sessions(desk))[0]["state"] == "started"


async def test_while_video_is_off_nobody_is_called_and_the_answer_says_so(desk: Console, there: Video) -> None:
    await desk.call("PATCH", "/api/accounts/shop", {"video": {"enabled": False}})

    refused = await desk.call("POST", VIDEO)

    assert (refused.status, refused.json["detail"]) == (409, "video is off for account Shop")
    assert there.asked == []


@pytest.mark.parametrize(
    ("fields", "query", "sentence"),
    [
        ({"state": InteractionState.WAITING, "owner": None}, "", "only its owner answers"),
        ({"owner": "ben"}, "?agent=ada", "the interaction is ben's"),
    ],
)
async def test_only_the_owner_starts_one(
    desk: Console, there: Video, fields: dict[str, Any], query: str, sentence: str
) -> None:
    await keep(desk, "i2", Text(text="hello"), **{"state": InteractionState.ASSIGNED, "owner": "ada", **fields})

    refused = await desk.call("POST", f"/api/interactions/i2/video{query}")

    assert refused.status == 409
    assert sentence in refused.json["detail"]
    assert there.asked == []


async def test_outside_of_the_24_hours_no_session_is_opened_for_a_link_that_could_not_be_sent(
    desk: Console, there: Video
) -> None:
    after = await at(desk, 24 * 60)

    async with after.client:
        refused = await after.call("POST", VIDEO)

    assert refused.status == 409
    assert "24 hours" in refused.json["detail"]
    assert there.asked == []


@pytest.mark.parametrize(
    ("recording", "sentence"),
    [
        ({"status": 402, "text": KEY}, "the video provider: the endpoint answered with status 402"),
        ({"status": 200, "body": {}}, "the video provider: the video provider's answer is no session"),
    ],
)
async def test_a_provider_that_fails_is_503_and_the_customer_gets_nothing(
    desk: Console, there: Video, recording: dict[str, Any], sentence: str
) -> None:
    there.recording = recording

    with capture_logs() as logs:
        failed = await desk.call("POST", VIDEO)

    assert (failed.status, failed.json["detail"]) == (503, sentence)
    assert KEY not in f"{desk.answers}{logs}"
    assert await sessions(desk) == []
    assert desk.publisher.on(WORK) == []


async def test_a_provider_that_is_slow_is_504(desk: Console, there: Video) -> None:
    there.held = asyncio.Event()

    assert (await desk.call("POST", VIDEO)).status == 504


async def test_a_session_whose_link_could_not_be_sent_any_more_is_shown_as_unsent(desk: Console, there: Video) -> None:
    there.held = asyncio.Event()
    starting = asyncio.create_task(desk.call("POST", VIDEO))
    await there.until_asked(1)
    await desk.store.database["interactions"].update_one({"_id": "i1"}, {"$set": {"owner": "ben"}})
    there.held.set()

    assert (await starting).status == 409
    assert [session["state"] for session in await sessions(desk)] == ["unsent"]
    assert desk.publisher.on(WORK) == []


async def test_sessions_of_an_interaction_that_is_none_are_not_found(desk: Console) -> None:
    assert (await desk.call("GET", "/api/interactions/i9/video")).status == 404
    assert (await desk.call("POST", "/api/interactions/i9/video")).status == 404
