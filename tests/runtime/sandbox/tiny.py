"""The smallest provider that can be played, and a sandbox with it before a gateway that writes down what it is told."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiohttp import web
from aiohttp.test_utils import TestServer

from contracts.base import Instant, new_id
from contracts.content import text_of
from contracts.messages import DeliveryState, InboundMessage
from runtime.sandbox.requests import SignedRequest, path_of
from runtime.sandbox.seam import Accepted, ApiAnswer, ApiCall, PlayedNumber, SandboxFile
from runtime.sandbox.server import Sandbox

Json = dict[str, Any]
KEY, TOKEN = "T1", "the-token"
WAIT_S = 60.0


class Tiny:
    """Takes `{"to", "text"}` at `/messages` with its token, and tells of one thing in a webhook."""

    name = "tiny"

    def numbers_of(self, call: ApiCall, numbers: tuple[PlayedNumber, ...]) -> PlayedNumber | None:
        """By the token."""
        given = call.headers.get("authorization")
        return next((number for number in numbers if number.credentials["token"] == given), None)

    def unauthorised(self) -> ApiAnswer:
        """Its 401."""
        return ApiAnswer(401, json={"error": "who are you"})

    def answer(self, call: ApiCall, _number: PlayedNumber, files: Mapping[str, SandboxFile]) -> ApiAnswer:
        """Send, upload, download, mark as read."""
        steps = call.path.split("/")
        match call.method, steps[1]:
            case "POST", "messages":
                return self._send(json.loads(call.body))
            case "POST", "media":
                file = SandboxFile(new_id(), call.headers["content-type"], "", call.body)
                return ApiAnswer(200, json={"id": file.media_id}, uploaded=file)
            case "GET", "media" if steps[2] in files:
                return ApiAnswer(200, body=files[steps[2]].content, headers={"Content-Type": "image/png"})
            case "POST", signal:
                return ApiAnswer(200, json={}, signal=(signal, steps[2]))
            case _:
                return ApiAnswer(404, json={"error": "there is no such thing"})

    def _send(self, body: Json) -> ApiAnswer:
        if "text" not in body:
            return ApiAnswer(400, json={"error": "say something"})
        sent = Accepted(new_id(), body.get("ref"), body["to"], "text", body["text"], body, body.get("reply_to"))
        return ApiAnswer(201, json={"id": sent.provider_id}, accepted=(sent,))

    def failure(self, status: int, retry_after_s: int | None) -> ApiAnswer:
        """An error in its form."""
        headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        return ApiAnswer(status, json={"error": status}, headers=headers)

    def says(self, number: PlayedNumber, message: InboundMessage) -> SignedRequest:
        """One message."""
        return _webhook(number, {"said": [_part(message)]})

    def reports(
        self, number: PlayedNumber, sent: Accepted, state: DeliveryState, _at: Instant, code: str | None = None
    ) -> SignedRequest:
        """One status."""
        return _webhook(number, {"id": sent.provider_id, "state": state, "code": code, "ref": sent.reference})


class Chatty(Tiny):
    """The same, with everything that is optional."""

    name = "chatty"

    def says_together(self, number: PlayedNumber, messages: tuple[InboundMessage, ...]) -> SignedRequest:
        """Several messages; an order cannot be said."""
        if any(message.content.kind == "order" for message in messages):
            raise ValueError("nobody orders anything here")
        return _webhook(number, {"said": [_part(message) for message in messages]})

    def message_id(self, digits: str) -> str:
        """Its form of ids."""
        return f"CH{digits}"

    def file_url(self, number: PlayedNumber, media_id: str) -> str:
        """Files are behind its token."""
        return f"{number.api_url}/media/{media_id}"


def _part(message: InboundMessage) -> Json:
    url = getattr(message.content, "url", None)
    return {"id": message.provider_id, "from": message.contact_key, "words": text_of(message.content), "url": url}


def _webhook(number: PlayedNumber, body: Json) -> SignedRequest:
    headers = {"Content-Type": "application/json"}
    return SignedRequest(
        method="POST", path=path_of(number.webhook_url), headers=headers, body=json.dumps(body).encode()
    )


@dataclass
class Gateway:
    """What came in; `statuses` are the answers that it gives first, one a request, before it takes everything."""

    server: TestServer = field(init=False)
    told: list[Json] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Write down what is taken."""
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.told.append(await request.json())
        return web.Response(status=status)

    @property
    def states(self) -> list[str]:
        """The statuses that were told, in order."""
        return [body["state"] for body in self.told if "state" in body]


@dataclass
class Scene:
    """A sandbox that serves, a gateway, and clients of both kinds."""

    sandbox: Sandbox
    gateway: Gateway
    url: str
    client: httpx.AsyncClient

    def number(self, provider: str = "tiny", key: str = KEY, token: str = TOKEN) -> PlayedNumber:
        """A number whose webhooks come to the gateway."""
        return PlayedNumber(
            provider=provider,
            account_key=key,
            phone="+15550001000",
            webhook_url=str(self.gateway.server.make_url(f"/webhooks/{provider}/{key}")),
            api_url=f"{self.url}/{provider}",
            credentials={"token": token},
        )

    async def control(self, method: str, path: str, body: object = None) -> httpx.Response:
        """A call of the control API."""
        return await self.client.request(method, f"{self.url}/control/{path}", json=body)

    async def call(self, method: str, path: str, body: object = None, token: str = TOKEN) -> httpx.Response:
        """A call of the played API."""
        headers = {"Authorization": token}
        return await self.client.request(method, f"{self.url}/tiny{path}", json=body, headers=headers)

    async def send(self, words: str, to: str = "+391", **more: str) -> httpx.Response:
        """Send a message to a customer."""
        return await self.call("POST", "/messages", {"to": to, "text": words, **more})

    async def fault(self, mode: str, **more: object) -> None:
        """Have something go wrong."""
        answer = await self.control("POST", "faults", {"mode": mode, **more})
        assert answer.status_code == 201, answer.text

    async def phone(self, contact: str = "+391", account: str = KEY) -> list[Json]:
        """What the customer's phone shows."""
        shown = (
            await self.client.get(f"{self.url}/control/phones", params={"account": account, "contact": contact})
        ).json()
        return [message for phone in shown["items"] for message in phone["messages"]]

    async def until(self, look: Callable[[], bool]) -> None:
        """Wait until something is so."""
        end = time.monotonic() + WAIT_S
        while not look():
            assert time.monotonic() < end, f"not so; the gateway was told {self.gateway.told}"
            await asyncio.sleep(0.01)


@asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    """A scene with one number at the tiny provider."""
    gateway = Gateway()
    app = web.Application()
    app.router.add_post("/webhooks/{provider}/{key}", gateway.take)
    gateway.server = TestServer(app)
    await gateway.server.start_server()
    sandbox = Sandbox({"tiny": Tiny(), "chatty": Chatty()}, pace_s=0.005)
    server = TestServer(sandbox.application())
    await server.start_server()
    url = str(server.make_url("")).rstrip("/")
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        here = Scene(sandbox, gateway, url, client)
        sandbox.numbers.put(here.number())
        yield here
    await server.close()
    await sandbox.reporter.stop()
    await sandbox.postman.stop()
    await gateway.server.close()
