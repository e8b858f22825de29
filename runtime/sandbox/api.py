"""The played APIs over HTTP: finds the number that a call is of, lets the provider answer it, and does what is to go
wrong."""

import asyncio
from collections.abc import Mapping

import orjson
from aiohttp import web

from runtime.clock import Clock
from runtime.logging import get_logger
from runtime.sandbox.faults import Fault, FaultMode, Faults
from runtime.sandbox.numbers import Numbers
from runtime.sandbox.phones import Phones
from runtime.sandbox.reporter import Reporter
from runtime.sandbox.seam import ApiAnswer, ApiCall, PlayedNumber, PlayedProvider
from runtime.sandbox.shelf import Shelf

log = get_logger(__name__)

TOO_MANY = 429
BREATH_S = 1
AS_DATA = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
"""A file that is opened in a browser is no page of the sandbox, whatever is in it."""


class PlayedApis:
    """The handlers of everything below `/<provider>/`, and of public files."""

    def __init__(
        self,
        played: Mapping[str, PlayedProvider],
        numbers: Numbers,
        phones: Phones,
        shelf: Shelf,
        faults: Faults,
        reporter: Reporter,
        clock: Clock,
    ) -> None:
        self._played = played
        self._numbers = numbers
        self._phones = phones
        self._shelf = shelf
        self._faults = faults
        self._reporter = reporter
        self._clock = clock

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call of a played API."""
        played = self._played.get(request.match_info["provider"])
        if played is None:
            raise web.HTTPNotFound
        call = ApiCall(
            method=request.method,
            path=f"/{request.match_info['path']}",
            query=dict(request.query),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
            at=self._clock(),
        )
        number = played.numbers_of(call, self._numbers.at(played.name))
        if number is None:
            log.info("sandbox.call_unauthorised", provider=played.name, path=call.path)
            return _response(played.unauthorised())
        return await self._answer(request, played, call, number)

    async def file(self, request: web.Request) -> web.Response:
        """A file at a public address."""
        file = self._shelf.get(request.match_info["media_id"])
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.content, headers={"Content-Type": file.mime_type, **AS_DATA})

    async def _answer(
        self, request: web.Request, played: PlayedProvider, call: ApiCall, number: PlayedNumber
    ) -> web.Response:
        answer = played.answer(call, number, self._shelf)
        if answer.accepted and self._reporter.is_full:
            return _response(played.failure(TOO_MANY, BREATH_S))
        fault = self._faults.of_call(number, tuple(accepted.contact_key for accepted in answer.accepted))
        log.info(
            "sandbox.call", account=number.account_key, path=call.path, status=answer.status, fault=fault and fault.mode
        )
        if fault is not None:
            return await self._fail(request, played, number, answer, fault)
        await self._take(played, number, answer)
        return _response(answer)

    async def _fail(
        self, request: web.Request, played: PlayedProvider, number: PlayedNumber, answer: ApiAnswer, fault: Fault
    ) -> web.Response:
        if fault.mode is FaultMode.RATE_LIMITED:
            return _response(played.failure(TOO_MANY, fault.retry_after_s))
        if fault.mode is FaultMode.SERVER_ERROR:
            return _response(played.failure(fault.status, fault.retry_after_s))
        if fault.mode is not FaultMode.CUT_BEFORE:
            await self._take(played, number, answer)
        if fault.mode is FaultMode.SLOW:
            await asyncio.sleep(fault.delay_s)
            return _response(answer)
        return _cut(request)

    async def _take(self, played: PlayedProvider, number: PlayedNumber, answer: ApiAnswer) -> None:
        """What an answer accepted takes effect: on the phones, on the shelf, and in the statuses that are told."""
        if answer.uploaded is not None:
            self._shelf.put(answer.uploaded)
        if answer.signal is not None:
            self._phones.signal(number.account_key, *answer.signal)
        for accepted in answer.accepted:
            self._phones.receive(number.account_key, accepted, self._clock())
            fault = self._faults.of_statuses(number, accepted.contact_key)
            await self._reporter.report(played, number, accepted, fault)


def _response(answer: ApiAnswer) -> web.Response:
    body, headers = answer.body, dict(answer.headers)
    if answer.json is not None:
        body = orjson.dumps(answer.json)
        headers.setdefault("Content-Type", "application/json")
    return web.Response(status=answer.status, body=body, headers=headers)


def _cut(request: web.Request) -> web.Response:
    """Close the connection at once; the response that the server wants finds nobody to go to."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
