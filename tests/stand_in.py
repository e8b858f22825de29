"""An endpoint that somebody configured for an account, played over real HTTP: it answers from recordings.

A recording is what an endpoint answered: `status`, and `body` (JSON) or `text`. What cannot be recorded is played: an
answer that never comes, one that comes drop by drop, one without an end.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from runtime.process import HttpServer
from tests.patience import PATIENCE_S

Recording = Mapping[str, Any]
UNAUTHORISED: Recording = {"status": 401, "body": {"error": "the key is missing or wrong"}}
NOT_HERE: Recording = {"status": 404, "text": "not found"}


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class StandIn:
    """Answers `POST {path}` to whoever has the key, and keeps what it was asked.

    `held`: answers wait until it is set. `drops`: the answer comes byte after byte, with so many seconds in between.
    `endless`: it has no end.
    """

    path: str
    key: str
    recording: Recording
    asked: list[Asked] = field(default_factory=list)
    held: asyncio.Event | None = None
    drops: float = 0
    endless: bool = False
    _server: HttpServer | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._server = HttpServer(app, "127.0.0.1", 0, "stand-in")
        await self._server.start()

    async def stop(self) -> None:
        assert self._server is not None
        if self.held is not None:
            self.held.set()
        await self._server.stop()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.port}"

    async def until_asked(self, times: int) -> None:
        """Wait until so many have asked."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: len(self.asked) >= times)

    def fault(self, body: Any) -> str | None:  # noqa: ANN401 - whatever somebody sent
        """What is wrong with a body; for stand-ins that know their protocol."""

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = orjson.loads(await request.read())
        async with self._news:
            self.asked.append(Asked(request.path, dict(request.headers), body))
            self._news.notify_all()
        if self.held is not None:
            await self.held.wait()
        if self.drops or self.endless:
            return await self._stream(request)
        return _played(self._chosen(request, body))

    def _chosen(self, request: web.Request, body: Any) -> Recording:  # noqa: ANN401 - as above
        if (request.method, request.path) != ("POST", self.path):
            return NOT_HERE
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return UNAUTHORISED
        fault = self.fault(body)
        return {"status": HTTPStatus.BAD_REQUEST, "body": {"error": fault}} if fault else self.recording

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b" " if self.drops else b" " * 65536)
                await asyncio.sleep(self.drops)
        except ConnectionError:
            return response  # whoever asked has gone: that is what is played here


def recording(folder: Path, name: str) -> Recording:
    """A recording by its name."""
    loaded: Recording = orjson.loads((folder / f"{name}.json").read_bytes())
    return loaded


def _played(recorded: Recording) -> web.Response:
    if "text" in recorded:
        return web.Response(status=recorded["status"], text=recorded["text"])
    body = orjson.dumps(recorded["body"])
    return web.Response(status=recorded["status"], body=body, content_type="application/json")
