"""Calls: what becomes of one that fails depends on how far it came."""

import asyncio
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from contracts.messages import FailureKind
from gateway.providers.delivery import HttpCall, HttpReply, OutcomeUnknown, Refused, TryLater, Upload
from gateway.send.calls import Caller, Flight
from gateway.send.tokens import Kept
from runtime.clock import utc_now
from runtime.http.client import OutboundHttp
from runtime.metrics import Metrics
from runtime.process import HttpServer
from runtime.store.client import Store
from runtime.store.media import GridFSMedia
from tests.gateway.send.desk import account_at

Talk = Generator[HttpCall, HttpReply, HttpReply]


@dataclass
class Server:
    """A provider's server. The words of a path say what it does: `cut`, `slow`, a status, or an echo."""

    url: str = ""
    requests: list[str] = field(default_factory=list)
    cuts: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        what = request.match_info["what"]
        self.requests.append(what)
        if what == "cut" and self.cuts:
            self.cuts -= 1
            assert request.transport is not None
            request.transport.abort()
        if what == "slow":
            await asyncio.sleep(5)
        if request.content_type == "multipart/form-data":
            return web.json_response({name: await _part(value) for name, value in (await request.post()).items()})
        if what.isdigit():
            return web.Response(status=int(what), headers={"Retry-After": "7"}, text="{}")
        form = await request.post()
        return web.json_response(
            {
                "query": dict(request.query),
                "form": [[name, value] for name, value in form.items()],
                "auth": request.headers.get("Authorization", ""),
            }
        )


async def _part(value: str | bytes | bytearray | web.FileField) -> object:
    if isinstance(value, web.FileField):
        return [value.filename, value.content_type, value.file.read().decode()]
    return value


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    played = Server()
    app = web.Application()
    app.router.add_route("*", "/{what}", played.answer)
    served = HttpServer(app, "127.0.0.1", 0, "test")
    await served.start()
    played.url = f"http://127.0.0.1:{served.port}"
    yield played
    await served.stop()


@pytest.fixture
async def caller(store: Store) -> AsyncIterator[Caller]:
    http = OutboundHttp("127.0.0.1", 0.5)
    yield Caller(http, GridFSMedia(store, utc_now), Metrics())
    await http.stop()


ACCOUNT = account_at("http://127.0.0.1:9")


def talk(*calls: HttpCall) -> Talk:
    """A conversation of these calls, one after another."""
    reply = HttpReply(0, {}, b"")
    for call in calls:
        reply = yield call
    return reply


async def test_a_call_carries_its_query_form_and_password(caller: Caller, server: Server) -> None:
    call = HttpCall(
        "POST",
        f"{server.url}/echo?a=1",
        query={"b": "2"},
        form=(("To", "x"), ("Media", "1"), ("Media", "2")),
        basic=("user", "word"),
    )
    reply = await caller.converse(talk(call), ACCOUNT)
    assert reply.object() == {
        "query": {"a": "1", "b": "2"},
        "form": [["To", "x"], ["Media", "1"], ["Media", "2"]],
        "auth": "Basic dXNlcjp3b3Jk",
    }


async def test_the_names_of_headers_come_back_in_lower_case(caller: Caller, server: Server) -> None:
    reply = await caller.converse(talk(HttpCall("GET", f"{server.url}/429")), ACCOUNT)
    assert (reply.status, reply.retry_after_s()) == (429, 7)


async def test_a_call_that_never_left_may_be_made_again_later(caller: Caller) -> None:
    flight = Flight()
    with pytest.raises(TryLater) as error:
        await caller.converse(talk(HttpCall("POST", "http://127.0.0.1:9/x", effect=True)), ACCOUNT, flight)
    assert error.value.reason.kind is FailureKind.PROVIDER
    assert not flight.doubtful


@pytest.mark.parametrize("what", ["cut", "slow"])
async def test_a_call_with_an_effect_that_is_cut_off_is_made_once_and_its_outcome_unknown(
    caller: Caller, server: Server, what: str
) -> None:
    server.cuts, flight = 9, Flight()
    with pytest.raises(OutcomeUnknown):
        await caller.converse(talk(HttpCall("POST", f"{server.url}/{what}", effect=True)), ACCOUNT, flight)
    assert server.requests == [what]
    assert flight.doubtful


async def test_a_call_without_an_effect_that_is_cut_off_is_made_again(caller: Caller, server: Server) -> None:
    server.cuts = 2
    assert (await caller.converse(talk(HttpCall("GET", f"{server.url}/cut")), ACCOUNT)).ok
    server.cuts = 3
    with pytest.raises(TryLater):
        await caller.converse(talk(HttpCall("GET", f"{server.url}/cut")), ACCOUNT)


async def test_a_failure_after_an_effect_never_leads_to_another_one(caller: Caller, server: Server) -> None:
    accepted = HttpCall("POST", f"{server.url}/200", effect=True)
    with pytest.raises(OutcomeUnknown):
        await caller.converse(talk(accepted, HttpCall("GET", "http://127.0.0.1:9/x")), ACCOUNT)
    refused = HttpCall("POST", f"{server.url}/401", effect=True)
    with pytest.raises(TryLater):
        await caller.converse(talk(refused, HttpCall("GET", "http://127.0.0.1:9/x")), ACCOUNT)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://provider.example:port/"])
async def test_an_address_that_cannot_be_called_refuses_the_message(caller: Caller, url: str) -> None:
    flight = Flight()
    with pytest.raises(Refused) as error:
        await caller.converse(talk(HttpCall("POST", url, effect=True)), ACCOUNT, flight)
    assert error.value.reason.kind is FailureKind.ACCOUNT
    assert not flight.doubtful


async def test_a_file_goes_up_with_the_fields_before_it(caller: Caller, server: Server, store: Store) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield b"the file's "
        yield b"bytes"

    await GridFSMedia(store, utc_now).put("f1", content(), "image/png", 'a "cat".png')
    call = HttpCall("POST", f"{server.url}/up", form=(("type", "image/png"),), upload=Upload("f1", "file", "", ""))
    reply = await caller.converse(talk(call), ACCOUNT)
    assert reply.object() == {"type": "image/png", "file": ["a %22cat%22.png", "image/png", "the file's bytes"]}


async def test_a_file_that_is_not_there_refuses_the_message(caller: Caller, server: Server) -> None:
    call = HttpCall("POST", f"{server.url}/up", upload=Upload("none", "file", "", ""))
    with pytest.raises(Refused) as error:
        await caller.converse(talk(call), ACCOUNT)
    assert error.value.reason.kind is FailureKind.MEDIA
    assert server.requests == []


async def test_a_reply_that_is_kept_is_asked_for_once_by_however_many(caller: Caller, server: Server) -> None:
    call = HttpCall("POST", f"{server.url}/200", form=(("grant", "x"),), keep_s=60)
    await asyncio.gather(*(caller.converse(talk(call), ACCOUNT) for _ in range(10)))
    assert server.requests == ["200"]
    other = HttpCall("POST", f"{server.url}/200", form=(("grant", "y"),), keep_s=60)
    await caller.converse(talk(other), ACCOUNT)
    assert server.requests == ["200", "200"]


async def test_a_kept_reply_ends_with_its_time_or_when_a_new_one_is_asked_for() -> None:
    now, asked = [0.0], 0

    async def ask(status: int = 200) -> HttpReply:
        nonlocal asked
        asked += 1
        return HttpReply(status, {}, str(asked).encode())

    kept = Kept(lambda: now[0])
    call, renewing = HttpCall("GET", "u", keep_s=100), HttpCall("GET", "u", keep_s=100, renew=True)
    assert (await kept.reply(call, ask)).body == b"1"
    assert (await kept.reply(renewing, ask)).body == b"1"  # it is as new as can be
    now[0] = 50
    assert (await kept.reply(call, ask)).body == b"1"
    assert (await kept.reply(renewing, ask)).body == b"2"
    assert (await kept.reply(call, ask)).body == b"2"
    now[0] = 151
    assert (await kept.reply(call, lambda: ask(500))).body == b"3"
    assert (await kept.reply(call, ask)).body == b"4"
