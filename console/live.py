"""`GET /api/live`: server-sent events that say what has changed, in ids alone; who is told looks it up.

`event: change` names one thing; `event: reset` says that something was missed, and everything is to be looked up. `id`
is a place in the stream that every console knows: a client that names it as `Last-Event-ID` gets what came after it.
"""

import asyncio
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from aiohttp import web

from console.authentication import Authentication
from console.dependencies import ConsoleDependencies
from console.live_clients import Client
from contracts.access import READING
from contracts.errors import Unavailable
from contracts.live import LiveChange
from runtime.http import Call, Nothing, Problem, Route
from runtime.logging import get_logger

log = get_logger(__name__)

HEARTBEAT_S = 15.0
"""So often a client hears something, and is it looked whether it may still listen."""
SEND_S = 20.0
"""A client that takes nothing for so long is cut off."""
PACE_S = 0.02
"""What comes within so long goes out together."""
OPENING = b"retry: 1000\n\n"
RETRY_AFTER_S = 5
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # proxies that hold answers back would hold back the news
}


class LiveApi:
    """The live feed."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._hub = dependencies.live
        self._metrics = dependencies.live.metrics
        self._veil = dependencies.access.veil
        self._authentication = Authentication(dependencies.access, dependencies.token, dependencies.clock)

    async def listen(self, call: Call[Nothing, Nothing]) -> web.StreamResponse:
        """Send what changes until the client goes, or may not listen any more."""
        if self._hub.full:
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too many clients listen to this console", headers=headers)
        response = web.StreamResponse(headers=HEADERS)
        # Before the answer begins: what changes after a client has seen it begin, the client is told.
        client = await self._hub.join(call.principal, call.request.headers.get("Last-Event-ID"))
        try:
            await response.prepare(call.request)
            await self._send(response, OPENING + self._next(client))
            await self._serve(call, client, response)
        except ConnectionError:
            log.debug("live.client_gone", correlation_id=call.correlation_id)
        except TimeoutError:
            self._cut_off(call)
        finally:
            self._hub.leave(client)
        return response

    async def _serve(self, call: Call[Nothing, Nothing], client: Client, response: web.StreamResponse) -> None:
        looked_at = time.monotonic()
        while not client.closed:
            await client.wait(HEARTBEAT_S)
            if time.monotonic() - looked_at >= HEARTBEAT_S:
                if not await self._may_still(call, client):
                    return
                looked_at = time.monotonic()
            await self._send(response, self._next(client))
            await asyncio.sleep(PACE_S)

    def _next(self, client: Client) -> bytes:
        """What goes out now: what waits for the client, or that it is still heard."""
        batch = client.take(self._hub.newest)
        self._metrics.live_sent.inc(len(batch.frames))
        place = f"id: {batch.place}\n" if batch.place is not None else ""
        if batch.reset:
            # Nothing else, for it says everything.
            return f"{place}event: reset\ndata: {{}}\n\n".encode()
        told = b"".join(batch.frames)
        if client.principal.masked:
            told = self._veil.sentence(told.decode()).encode()
        return told + f": alive\n{place}\n".encode()

    async def _may_still(self, call: Call[Nothing, Nothing], client: Client) -> bool:
        """Whether the client is still who it was: a session may be over, a token taken back, a role changed."""
        try:
            return await self._authentication.principal(call.request, active=False) == client.principal
        except Problem:
            return False
        except Unavailable:
            return True  # nobody can look anything up now; it is asked again

    @staticmethod
    async def _send(response: web.StreamResponse, text: bytes) -> None:
        async with asyncio.timeout(SEND_S):
            await response.write(text)

    def _cut_off(self, call: Call[Nothing, Nothing]) -> None:
        log.warning("live.client_cut_off", correlation_id=call.correlation_id, principal=call.principal.id)
        self._metrics.live_dropped.inc()
        if call.request.transport is not None:
            call.request.transport.abort()


def live_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The route of the live feed."""
    yield Route(
        method="GET",
        path="/api/live",
        handler=LiveApi(dependencies).listen,
        summary="Listen to what changes: server-sent events, resumed by Last-Event-ID",
        tag="live",
        access=READING,
        response=LiveChange,
        media_type="text/event-stream",
        errors=(HTTPStatus.SERVICE_UNAVAILABLE,),
    )
