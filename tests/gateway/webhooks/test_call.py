"""Calls of endpoints over real HTTP: what they are told, what they may answer, and everything that can go wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from contracts.commands import CallWebhook
from contracts.events import WebhookAnswered
from gateway.webhooks.call import EndpointCaller
from runtime.http.client import OutboundHttp
from tests.parts import NOW, Parts
from tests.patience import PATIENCE_S

HERE = "127.0.0.1"
Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Endpoint:
    """A server that answers as the test wants, and remembers what it was told."""

    parts: Parts
    url: str = ""
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    respond: Respond = field(default_factory=lambda: answering({}))

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.calls.append((dict(request.headers), await request.read()))
        return await self.respond(request)

    async def call(self, url: str | None = None, allowed: str = HERE, private: str = HERE, **fields: object) -> None:
        command = CallWebhook(
            **{
                "correlation_id": "c1",
                "account_id": "shop",
                "contact_key": "+393330001",
                "interaction_id": "i1",
                "step": 3,
                "url": url or f"{self.url}/crm?key=1",
                "timeout": 2,
                "expires_at": NOW + timedelta(seconds=7),
                "body": '{"call":"i1:3"}',
                **fields,
            }
        )
        http = OutboundHttp(private, 30)
        caller = EndpointCaller(http, self.parts.outbox, frozenset({allowed}), self.parts.metrics, self.parts.clock)
        try:
            await caller.handle(command)
        finally:
            await http.stop()

    @property
    def answer(self) -> WebhookAnswered:
        (event,) = self.parts.said.events
        assert isinstance(event, WebhookAnswered)
        return event


def answering(body: object, status: int = 200) -> Respond:
    text = body if isinstance(body, bytes) else orjson.dumps(body)

    async def respond(_request: web.Request) -> web.Response:
        return web.Response(body=text, status=status, content_type="application/json")

    return respond


@pytest.fixture
async def endpoint(parts: Parts) -> AsyncIterator[Endpoint]:
    endpoint = Endpoint(parts)
    app = web.Application()
    app.router.add_post("/{path:.*}", endpoint.take)
    async with TestServer(app, host=HERE) as server:
        endpoint.url = str(server.make_url("")).rstrip("/")
        yield endpoint


async def test_the_endpoint_is_told_and_its_answer_is_published(endpoint: Endpoint) -> None:
    endpoint.respond = answering(
        {"attributes": {"level": "gold", "n": 2, "x": 1.5, "vip": True, "old": None}, "position": 4, "more": 1}
    )

    await endpoint.call()

    ((headers, body),) = endpoint.calls
    assert body == b'{"call":"i1:3"}'
    assert (headers["Content-Type"], headers["Idempotency-Key"]) == ("application/json", "i1:3")
    answer = endpoint.answer
    assert (answer.interaction_id, answer.step, answer.position, answer.failure) == ("i1", 3, 4, None)
    assert answer.attributes == {"level": "gold", "n": 2, "x": 1.5, "vip": True, "old": None}
    assert type(answer.attributes["vip"]) is bool
    assert (answer.conversation, answer.received_at) == ("shop:+393330001", NOW)


@pytest.mark.parametrize("body", [b"", b"  \n", b"{}", b'{"attributes": {}, "position": null}'])
async def test_an_answer_may_be_empty(endpoint: Endpoint, body: bytes) -> None:
    endpoint.respond = answering(body)
    await endpoint.call()
    assert (endpoint.answer.failure, endpoint.answer.attributes, endpoint.answer.position) == (None, {}, None)


async def test_a_number_that_no_database_would_take_is_rounded(endpoint: Endpoint) -> None:
    endpoint.respond = answering(b'{"attributes": {"a": 9223372036854775808}}')
    await endpoint.call()
    assert endpoint.answer.attributes == {"a": 2.0**63}


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (b"no json", "it is not a JSON object"),
        (b"[1]", "it is not a JSON object"),
        ({"position": "4"}, "position"),
        ({"position": True}, "position"),
        ({"attributes": {"a": [1]}}, "attributes"),
        ({"attributes": {"a": {"b": 1}}}, "attributes"),
        ({"attributes": {"a": "x" * 1001}}, "attributes"),
        ({"attributes": {"a.b": 1}}, "attributes"),
        ({"attributes": {"$set": 1}}, "attributes"),
        ({"attributes": {f"a{n}": n for n in range(101)}}, "attributes"),
        ({"attributes": {"a b": 1}, "position": "x"}, "attributes, position"),
    ],
)
async def test_an_answer_that_cannot_be_used_is_a_failure_without_its_words(
    endpoint: Endpoint, body: object, failure: str
) -> None:
    endpoint.respond = answering(body)
    await endpoint.call()
    assert endpoint.answer.failure == f"the answer cannot be used: {failure}"
    assert (endpoint.answer.attributes, endpoint.answer.position) == ({}, None)


@pytest.mark.parametrize("status", [301, 404, 500])
async def test_only_success_is_an_answer(endpoint: Endpoint, status: int) -> None:
    endpoint.respond = answering({"position": 4}, status)
    await endpoint.call()
    assert endpoint.answer.failure == f"the endpoint answered with status {status}"


async def test_a_redirect_is_not_followed(endpoint: Endpoint) -> None:
    async def redirect(_request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": f"{endpoint.url}/other"})

    endpoint.respond = redirect
    await endpoint.call()
    assert len(endpoint.calls) == 1


async def test_an_answer_that_does_not_end_is_cut_off(endpoint: Endpoint) -> None:
    async def without_end(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" " * 8192)

    endpoint.respond = without_end
    await endpoint.call()
    assert endpoint.answer.failure == "the answer is longer than 65536 bytes"


async def test_an_answer_that_does_not_come_is_not_waited_for(endpoint: Endpoint) -> None:
    over = asyncio.Event()

    async def never(_request: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    endpoint.respond = never
    async with asyncio.timeout(PATIENCE_S):
        await endpoint.call(timeout=1)
    over.set()
    assert endpoint.answer.failure == "no answer within 1 s"


async def test_an_endpoint_that_is_not_there_is_a_failure(endpoint: Endpoint) -> None:
    await endpoint.call(url=f"http://{HERE}:1/")
    assert endpoint.answer.failure == "the endpoint cannot be reached: ConnectError"


async def test_a_host_that_is_not_listed_is_not_called(endpoint: Endpoint) -> None:
    await endpoint.call(allowed="hooks.example")
    assert endpoint.calls == []
    assert endpoint.answer.failure == "the host is not among those that may be called"


async def test_a_listed_host_in_a_private_network_is_called_only_where_that_is_allowed(endpoint: Endpoint) -> None:
    await endpoint.call(private="")
    assert endpoint.calls == []
    assert endpoint.answer.failure == "the host is in a private network"


async def test_an_errand_that_comes_too_late_is_left_alone(endpoint: Endpoint) -> None:
    endpoint.parts.clock.pass_(7)
    await endpoint.call()
    assert (endpoint.calls, endpoint.parts.said.events) == ([], [])
