"""The sandbox over real HTTP, with a provider so small that everything seen here is the sandbox's own doing."""

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from contracts.errors import SetupFault
from runtime.process import Process
from runtime.sandbox import reporter
from runtime.sandbox.played import played_providers
from runtime.sandbox.requests import SignedRequest
from runtime.sandbox.server import compose_sandbox, is_loopback
from runtime.settings import Settings
from tests.runtime.sandbox.tiny import KEY, Scene, Tiny, scene

IN_ORDER = ["sent", "delivered", "read"]


@pytest.fixture
async def at() -> AsyncIterator[Scene]:
    async with scene() as here:
        yield here


def text(words: str, contact: str = "+391", **more: object) -> dict[str, Any]:
    return {"contact": contact, "content": {"kind": "text", "text": words}, **more}


# --- what is sent to customers


async def test_what_is_sent_is_on_the_customers_phone_and_its_statuses_are_told_in_order(at: Scene) -> None:
    answer = await at.send("hello", ref="ours", reply_to="m0")
    await at.until(lambda: at.gateway.states == IN_ORDER)
    (message,) = await at.phone()
    assert (answer.status_code, answer.json()["id"]) == (201, message["id"])
    assert (message["words"], message["kind"], message["direction"]) == ("hello", "text", "received")
    assert (message["reference"], message["reply_to"], message["statuses"]) == ("ours", "m0", IN_ORDER)
    assert message["raw"]["text"] == "hello"
    assert {body["ref"] for body in at.gateway.told} == {"ours"}


async def test_messages_stand_on_the_phone_in_the_order_in_which_they_were_accepted(at: Scene) -> None:
    for number in range(20):
        await at.send(str(number))
    await at.send("another customer", to="+392")
    assert [message["words"] for message in await at.phone()] == [str(number) for number in range(20)]


async def test_a_call_of_nobody_is_answered_as_the_provider_does_and_changes_nothing(at: Scene) -> None:
    answer = await at.call("POST", "/messages", {"to": "+391", "text": "hello"}, token="stolen")
    assert (answer.status_code, answer.json()) == (401, {"error": "who are you"})
    assert await at.phone() == []


async def test_a_body_that_the_provider_refuses_reaches_nobody(at: Scene) -> None:
    assert (await at.call("POST", "/messages", {"to": "+391"})).status_code == 400
    assert await at.phone() == []


async def test_a_provider_that_is_not_played_is_not_there(at: Scene) -> None:
    assert (await at.client.get(f"{at.url}/acme/messages")).status_code == 404


async def test_a_file_that_was_handed_in_can_be_fetched_again(at: Scene) -> None:
    headers = {"Authorization": "the-token", "Content-Type": "image/png"}
    given = await at.client.post(f"{at.url}/tiny/media", content=b"a file", headers=headers)
    kept = await at.call("GET", f"/media/{given.json()['id']}")
    assert (kept.content, kept.headers["Content-Type"]) == (b"a file", "image/png")
    assert (await at.call("GET", "/media/none")).status_code == 404


# --- what goes wrong


async def test_a_rate_limit_is_answered_so_often_as_asked_and_nothing_is_accepted(at: Scene) -> None:
    await at.fault("rate_limited", times=2, retry_after_s=7)
    answers = [await at.send(str(number)) for number in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 201]
    assert answers[0].headers["Retry-After"] == "7"
    assert "Retry-After" not in answers[2].headers
    assert [message["words"] for message in await at.phone()] == ["2"]
    assert (await at.control("GET", "faults")).json() == {"items": []}


async def test_a_server_error_is_in_the_providers_form(at: Scene) -> None:
    await at.fault("server_error", status=503)
    answer = await at.send("hello")
    assert (answer.status_code, answer.json()) == (503, {"error": 503})
    assert await at.phone() == []


async def test_a_slow_answer_comes_late_and_the_message_was_accepted_at_once(at: Scene) -> None:
    await at.fault("slow", delay_s=60)
    sending = asyncio.create_task(at.send("hello"))
    await at.until(lambda: at.gateway.states == IN_ORDER)
    assert [message["words"] for message in await at.phone()] == ["hello"]
    assert not sending.done()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def test_a_slow_answer_is_the_usual_one_in_the_end(at: Scene) -> None:
    await at.fault("slow", delay_s=0.05)
    assert (await at.send("hello")).status_code == 201


async def test_a_cut_after_acceptance_answers_nothing_and_the_customer_has_the_message(at: Scene) -> None:
    await at.fault("cut_after")
    with pytest.raises(httpx.RemoteProtocolError):
        await at.send("hello")
    await at.until(lambda: at.gateway.states == IN_ORDER)
    assert [message["words"] for message in await at.phone()] == ["hello"]


async def test_a_cut_before_acceptance_answers_nothing_and_the_customer_has_nothing(at: Scene) -> None:
    await at.fault("cut_before")
    with pytest.raises(httpx.RemoteProtocolError):
        await at.send("hello")
    assert await at.phone() == []
    assert (await at.send("again")).status_code == 201


@pytest.mark.parametrize(
    ("mode", "states"),
    [
        ("statuses_reversed", ["read", "delivered", "sent"]),
        ("statuses_repeated", ["sent", "sent", "delivered", "delivered", "read", "read"]),
        ("statuses_failed", ["sent", "failed"]),
        ("statuses_early", IN_ORDER),
    ],
)
async def test_statuses_are_told_as_the_fault_has_it(at: Scene, mode: str, states: list[str]) -> None:
    await at.fault(mode, code="131026")
    await at.send("hello")
    await at.until(lambda: len(at.gateway.states) == len(states))
    assert at.gateway.states == states
    codes = {body["state"]: body["code"] for body in at.gateway.told}
    assert codes == {state: "131026" if state == "failed" else None for state in states}


async def test_statuses_that_are_early_are_told_before_the_answer(at: Scene) -> None:
    await at.fault("statuses_early")
    await at.send("hello")
    assert at.gateway.states == IN_ORDER


async def test_statuses_can_fail_to_come(at: Scene) -> None:
    await at.fault("statuses_none")
    await at.send("silent")
    await at.send("usual")
    await at.until(lambda: len(at.gateway.states) >= 3)
    silent, usual = await at.phone()
    assert silent["statuses"] == []
    assert {body["id"] for body in at.gateway.told} == {usual["id"]}


async def test_a_fault_concerns_those_for_whom_it_was_asked(at: Scene) -> None:
    at.sandbox.numbers.put(at.number(key="T2", token="another"))
    await at.fault("server_error", account="T2")
    await at.fault("rate_limited", contact="+399")
    await at.fault("cut_before", provider="chatty")
    assert (await at.send("hello")).status_code == 201
    assert (await at.send("hello", to="+399")).status_code == 429
    other = await at.call("POST", "/messages", {"to": "+391", "text": "hello"}, token="another")
    assert other.status_code == 500


async def test_a_fault_spares_calls_that_put_nothing_before_a_customer_unless_it_is_of_all(at: Scene) -> None:
    await at.fault("server_error")
    assert (await at.call("POST", "/read/m1")).status_code == 200
    await at.fault("rate_limited", calls="all")
    assert (await at.call("POST", "/read/m1")).status_code == 429


async def test_faults_can_be_taken_back(at: Scene) -> None:
    await at.fault("server_error", times=100)
    assert (await at.control("DELETE", "faults")).status_code == 204
    assert (await at.send("hello")).status_code == 201


async def test_a_sandbox_that_cannot_tell_statuses_any_more_takes_no_more_messages(
    at: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporter, "MAX_PENDING", 1)
    at.gateway.statuses = [503] * 4
    assert (await at.send("first")).status_code == 201
    refused = await at.send("second")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    await at.until(lambda: at.gateway.states == IN_ORDER)
    await at.until(lambda: not at.sandbox.reporter.is_full)
    assert (await at.send("third")).status_code == 201


async def test_a_provider_that_cannot_tell_a_status_is_logged_and_the_sandbox_goes_on(
    at: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reports(*_: object) -> SignedRequest:
        raise ValueError("there is no word for it")

    with monkeypatch.context() as broken, capture_logs() as logs:
        broken.setattr(Tiny, "reports", reports)
        await at.send("hello")
        await at.until(lambda: any(line["event"] == "sandbox.report_failed" for line in logs))
    await at.send("again")
    await at.until(lambda: at.gateway.states == IN_ORDER)


# --- what customers say


async def test_what_a_customer_says_comes_to_the_gateway_and_stands_on_their_phone(at: Scene) -> None:
    said = await at.control("POST", "say", {"account": KEY, "messages": [text("hello", id="m1"), text("there")]})
    first, second = said.json()["items"]
    assert first == {"id": "m1", "status": 200, "refused": 0}
    assert [body["said"][0]["words"] for body in at.gateway.told] == ["hello", "there"]
    shown = [(message["id"], message["words"], message["direction"]) for message in await at.phone()]
    assert shown == [("m1", "hello", "said"), (second["id"], "there", "said")]


async def test_a_webhook_that_comes_again_is_the_same_one_and_said_once(at: Scene) -> None:
    await at.control("POST", "say", {"account": KEY, "messages": [text("hello")], "repeat": 2})
    await at.control("POST", "say", {"account": KEY, "messages": [text("hello", id="m1")]})
    await at.control("POST", "say", {"account": KEY, "messages": [text("hello", id="m1")]})
    ids = [body["said"][0]["id"] for body in at.gateway.told]
    assert ids[0] == ids[1] == ids[2]
    assert ids[3:] == ["m1", "m1"]
    assert len(await at.phone()) == 2


async def test_what_the_gateway_does_not_take_comes_again_until_it_does(at: Scene) -> None:
    at.gateway.statuses = [503, 429, 500]
    said = await at.control("POST", "say", {"account": KEY, "messages": [text("hello")]})
    assert [(one["status"], one["refused"]) for one in said.json()["items"]] == [(200, 3)]
    assert len(at.gateway.told) == 1


async def test_what_the_gateway_refuses_for_good_does_not_come_again(at: Scene) -> None:
    at.gateway.statuses = [401]
    said = await at.control("POST", "say", {"account": KEY, "messages": [text("hello")]})
    assert [(one["status"], one["refused"]) for one in said.json()["items"]] == [(401, 1)]
    assert at.gateway.told == []


async def test_several_messages_come_in_one_webhook_where_the_provider_does_so(at: Scene) -> None:
    at.sandbox.numbers.put(at.number("chatty", "C1"))
    several = {"account": "C1", "messages": [text("one"), text("two", "+392")], "together": True}
    items = (await at.control("POST", "say", several)).json()["items"]
    (body,) = at.gateway.told
    assert [(part["words"], part["from"]) for part in body["said"]] == [("one", "+391"), ("two", "+392")]
    assert [part["id"] for part in body["said"]] == [item["id"] for item in items]
    assert all(item["id"].startswith("CH") for item in items)

    refused = await at.control("POST", "say", {**several, "account": KEY})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "together")


async def test_what_a_providers_customers_cannot_say_is_refused_with_the_reason(at: Scene) -> None:
    at.sandbox.numbers.put(at.number("chatty", "C1"))
    order = {"contact": "+391", "content": {"kind": "order"}}
    refused = await at.control("POST", "say", {"account": "C1", "messages": [order], "together": True})
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "nobody orders anything here")
    assert at.gateway.told == []
    assert await at.phone(account="C1") == []


async def test_a_file_is_said_by_its_id_and_served_where_the_provider_has_it(at: Scene) -> None:
    at.sandbox.numbers.put(at.number("chatty", "C1"))
    given = {"mime_type": "image/png", "filename": "a.png", "content": base64.b64encode(b"a picture").decode()}
    media_id = (await at.control("POST", "files", given)).json()["media_id"]
    picture = {"contact": "+391", "content": {"kind": "image", "media_id": media_id, "caption": "look"}}
    for account in (KEY, "C1"):
        await at.control("POST", "say", {"account": account, "messages": [picture]})
    public, guarded = (body["said"][0]["url"] for body in at.gateway.told)
    served = await at.client.get(public)
    assert (served.content, served.headers["Content-Type"]) == (b"a picture", "image/png")
    assert (await at.client.get(guarded)).status_code == 401
    assert (await at.client.get(guarded, headers={"Authorization": "the-token"})).content == b"a picture"
    assert (await at.client.get(f"{at.url}/files/none")).status_code == 404


async def test_a_customer_sees_that_they_were_read_and_that_somebody_writes(at: Scene) -> None:
    await at.control("POST", "say", {"account": KEY, "messages": [text("hello", id="m1")]})
    await at.call("POST", "/read/m1")
    await at.call("POST", "/typing/m1")
    await at.call("POST", "/read/unknown")
    (phone,) = (await at.control("GET", "phones")).json()["items"]
    assert (phone["typing"], phone["messages"][0]["read"]) == (True, True)
    await at.send("here it is")
    (phone,) = (await at.control("GET", "phones")).json()["items"]
    assert phone["typing"] is False


# --- the sandbox itself


async def test_numbers_are_shown_without_their_credentials(at: Scene) -> None:
    added = at.number(key="T2", token="hush-hush").model_dump()
    answers = [await at.control("PUT", "numbers", {"numbers": [added]}), await at.control("GET", "numbers")]
    assert [[item["account_key"] for item in answer.json()["items"]] for answer in answers] == [[KEY, "T2"]] * 2
    assert not [answer.text for answer in answers if "hush-hush" in answer.text]


async def test_a_number_at_a_provider_that_is_not_played_is_refused(at: Scene) -> None:
    added = {**at.number().model_dump(), "provider": "acme"}
    refused = await at.control("PUT", "numbers", {"numbers": [added]})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"field": "numbers.1.provider", "rule": "must be one of chatty, tiny"}]


async def test_an_account_without_a_number_says_nothing(at: Scene) -> None:
    refused = await at.control("POST", "say", {"account": "T9", "messages": [text("hello")]})
    assert (refused.status_code, refused.json()["detail"]) == (404, "the sandbox has no number of the account T9")


async def test_a_reset_forgets_everything_but_the_numbers_unless_asked(at: Scene) -> None:
    await at.send("hello")
    await at.fault("server_error")
    await at.control("POST", "reset", {})
    assert await at.phone() == []
    assert (await at.send("again")).status_code == 201
    await at.control("POST", "reset", {"numbers": True})
    assert (await at.send("nobody")).status_code == 401


async def test_the_control_api_is_described(at: Scene) -> None:
    document = (await at.client.get(f"{at.url}/control/openapi.json")).json()
    paths = {"/control/numbers", "/control/say", "/control/files", "/control/phones", "/control/faults"}
    assert paths <= set(document["paths"])


async def test_a_page_of_another_site_cannot_drive_the_sandbox(at: Scene) -> None:
    answer = await at.client.post(
        f"{at.url}/control/faults", content=b'{"mode": "slow"}', headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("box", False)],  # noqa: S104 - what is refused
)
def test_only_this_machines_own_addresses_are_served_unless_allowed(host: str, own: bool) -> None:
    assert is_loopback(host) is own
    process = Process("sandbox", Settings())
    if own:
        compose_sandbox(process, {"tiny": Tiny()}, host=host)
        return
    with pytest.raises(SetupFault, match="--allow-remote"):
        compose_sandbox(process, {"tiny": Tiny()}, host=host)
    compose_sandbox(process, {"tiny": Tiny()}, host=host, allow_remote=True)


async def test_a_number_of_the_file_at_a_provider_that_is_not_played_is_said(at: Scene) -> None:
    with pytest.raises(SetupFault, match="numbers name acme, and played are tiny"):
        compose_sandbox(Process("sandbox", Settings()), {"tiny": Tiny()}, numbers=[at.number("acme")])


def test_every_module_with_a_played_provider_is_found() -> None:
    assert {"kaleyra", "meta", "sinch", "twilio"} <= set(played_providers())
    assert [played.name for played in played_providers().values()] == list(played_providers())
