"""A conversation with a provider, carried out over HTTP: its calls are made, their replies handed back.

What becomes of a call that fails on the way depends on how far it came. One that never left is no harm. One that left
and may have put something before the customer has an unknown outcome. Any other is made again.
"""

import asyncio
import random
from dataclasses import dataclass
from typing import Any

import httpx

from contracts.accounts import Account
from contracts.errors import Unavailable
from contracts.messages import FailureKind, StatusReason
from gateway.providers.delivery import (
    Conversation,
    HttpCall,
    HttpReply,
    OutcomeUnknown,
    R,
    Refused,
    TryLater,
    Upload,
)
from gateway.send.multipart import Multipart
from gateway.send.tokens import Kept
from runtime.http.client import OutboundHttp, PrivateAddress
from runtime.logging import get_logger
from runtime.media.seam import MediaStore
from runtime.metrics import Metrics

log = get_logger(__name__)

TRIES = 3
RETRY_S = 0.3
MOST_REPLY = 16 * 1024 * 1024
BAD_REQUEST, SERVER_FAULTS = 400, 500
NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
UNREACHABLE = StatusReason(
    code="network", kind=FailureKind.PROVIDER, sentence="The provider cannot be reached at the moment."
)
FILE_GONE = StatusReason(code="file", kind=FailureKind.MEDIA, sentence="The file to be sent is not there any more.")
BAD_URL = StatusReason(code="url", kind=FailureKind.ACCOUNT, sentence="The provider's address in the account is wrong.")
PRIVATE = StatusReason(
    code="private_address",
    kind=FailureKind.ACCOUNT,
    sentence="The provider's address in the account is in a private network, which the settings do not allow.",
)


@dataclass(slots=True)
class Flight:
    """How far a conversation has come: `doubtful` once something of it may have reached the customer."""

    doubtful: bool = False


class Caller:
    """Carries out conversations. Nothing that it logs holds a credential, an address with one, or a message."""

    def __init__(self, http: OutboundHttp, media: MediaStore, metrics: Metrics) -> None:
        self._http = http
        self._media = media
        self._kept = Kept()
        self._seconds = metrics.call_seconds

    async def converse(self, conversation: Conversation[R], account: Account, flight: Flight | None = None) -> R:
        """Take a conversation to its end.

        Raises:
            Refused, TryLater, OutcomeUnknown: the conversation's own, or what came of a call that failed.
        """
        flight = flight or Flight()
        try:
            call = next(conversation)
            while True:
                call = conversation.send(await self._reply(call, account, flight))
        except StopIteration as end:
            result: R = end.value
            return result
        finally:
            conversation.close()

    async def _reply(self, call: HttpCall, account: Account, flight: Flight) -> HttpReply:
        if call.effect:
            return await self._with_effect(call, account, flight)
        if call.keep_s > 0:
            return await self._kept.reply(call, lambda: self._without_effect(call, account, flight))
        return await self._without_effect(call, account, flight)

    async def _with_effect(self, call: HttpCall, account: Account, flight: Flight) -> HttpReply:
        before, flight.doubtful = flight.doubtful, True
        try:
            reply = await self._call(call, account)
        except NEVER_LEFT as error:
            flight.doubtful = before
            raise _failed(error, flight) from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown(f"the call was cut off: {type(error).__name__}") from error
        except (Refused, Unavailable):
            flight.doubtful = before  # raised before the call was made
            raise
        flight.doubtful = before or not BAD_REQUEST <= reply.status < SERVER_FAULTS
        return reply

    async def _without_effect(self, call: HttpCall, account: Account, flight: Flight) -> HttpReply:
        for attempt in range(1, TRIES + 1):
            try:
                return await self._call(call, account)
            except httpx.HTTPError as error:
                if attempt == TRIES:
                    raise _failed(error, flight) from error
            await asyncio.sleep(RETRY_S * attempt * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
        raise AssertionError("the last attempt returns or raises")

    async def _call(self, call: HttpCall, account: Account) -> HttpReply:
        client = self._http.client(account.proxy)
        try:
            request = client.build_request(call.method, _url(call), **await self._content(call))
        except httpx.InvalidURL as error:
            raise Refused(BAD_URL) from error
        auth = httpx.BasicAuth(*call.basic) if call.basic else None
        with self._seconds.labels(account.type).time():
            try:
                response = await client.send(request, stream=True, auth=auth)
            except PrivateAddress as error:
                log.warning("call.private_address", account=account.key, reason=str(error))
                raise Refused(PRIVATE) from error
            try:
                return await _read(response)
            finally:
                await response.aclose()

    async def _content(self, call: HttpCall) -> dict[str, Any]:
        """Headers and body as httpx takes them."""
        if call.upload is not None:
            multipart = await self._multipart(call.upload, call.form or ())
            return {"headers": {**call.headers, **multipart.headers}, "content": multipart.parts()}
        if call.form is not None:
            return {"headers": call.headers, "data": _fields(call.form)}
        return {"headers": call.headers, "json": call.json}

    async def _multipart(self, upload: Upload, form: tuple[tuple[str, str], ...]) -> Multipart:
        info = await self._media.info(upload.file_id)
        if info is None:
            raise Refused(FILE_GONE)
        return Multipart(upload, info, form, self._media.read(upload.file_id))


def _url(call: HttpCall) -> httpx.URL:
    url = httpx.URL(call.url)
    return url.copy_merge_params(call.query) if call.query else url


def _fields(form: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in form:
        fields.setdefault(name, []).append(value)
    return fields


async def _read(response: httpx.Response) -> HttpReply:
    """The reply; of a body that has no end, the beginning."""
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > MOST_REPLY:
            break
    headers = {name.lower(): value for name, value in response.headers.items()}
    return HttpReply(response.status_code, headers, bytes(body[:MOST_REPLY]))


def _failed(error: httpx.HTTPError, flight: Flight) -> TryLater | OutcomeUnknown:
    """What a call comes to that did not reach the provider: unknown all the same if an earlier one took effect."""
    if flight.doubtful:
        return OutcomeUnknown(f"an earlier call was taken, then: {type(error).__name__}")
    return TryLater(UNREACHABLE.model_copy(update={"title": type(error).__name__}))
