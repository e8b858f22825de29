"""Calls to an endpoint that an admin configured for an account: JSON there, JSON back, bounded in time and size, and so
many at a time that a slow one holds up nobody else.

EndpointFault          the sentence is for a person; nothing that the endpoint wrote is in it, for that may repeat a key
├── EndpointBusy       the account has as many calls under way as it may: nothing was sent
├── EndpointSlow       no whole answer within the time
└── EndpointFailed     it cannot be reached, refuses, or answers what cannot be used
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import orjson
from pydantic import SecretStr

from contracts.errors import SwitchboardError
from runtime.http.client import OutboundHttp, PrivateAddress

MOST_BYTES = 256 * 1024


class EndpointFault(SwitchboardError):
    """A call came to nothing."""


class EndpointBusy(EndpointFault):
    """The account has as many calls under way as it may."""


class EndpointSlow(EndpointFault):
    """The answer did not come in time."""


class EndpointFailed(EndpointFault):
    """There is no answer that can be used."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an account's calls go. `key` is sent as a bearer token, where there is one."""

    account_id: str
    url: str
    key: SecretStr | None = field(default=None, repr=False)
    proxy: str | None = None


class Endpoints:
    """Makes the calls of one integration.

    Args:
        timeout_s: how long one call may take, from its beginning to the last byte of the answer.
        at_once: most calls of one account at a time; one more is refused, not kept waiting.
    """

    def __init__(self, http: OutboundHttp, timeout_s: float, at_once: int) -> None:
        self._http = http
        self._timeout_s = timeout_s
        self._at_once = at_once
        self._running: Counter[str] = Counter()

    async def post(self, endpoint: Endpoint, body: object) -> object:
        """The answer to a JSON document.

        Raises:
            EndpointFault: see the module.
        """
        with self._turn(endpoint.account_id):
            try:
                async with asyncio.timeout(self._timeout_s):
                    answer = await self._answer(endpoint, orjson.dumps(body))
            except (TimeoutError, httpx.TimeoutException) as error:
                raise EndpointSlow(f"the endpoint gave no answer within {self._timeout_s:g} s") from error
            except PrivateAddress as error:
                raise EndpointFailed(f"the endpoint was not called: {error}") from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise EndpointFailed(f"the endpoint cannot be reached: {type(error).__name__}") from error
        return _parsed(answer)

    @contextmanager
    def _turn(self, account_id: str) -> Iterator[None]:
        if self._running[account_id] >= self._at_once:
            raise EndpointBusy(f"{self._at_once} calls of this account are under way, and no more may be: try again")
        self._running[account_id] += 1
        try:
            yield
        finally:
            self._running[account_id] -= 1
            if not self._running[account_id]:
                del self._running[account_id]

    async def _answer(self, endpoint: Endpoint, body: bytes) -> bytes:
        url = httpx.URL(endpoint.url)
        if url.scheme != "https" and not self._http.allows(url.host):
            raise EndpointFailed("the endpoint was not called: its address must begin with https://")
        # Compressed answers are not asked for: a small one could unpack to any size.
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        if endpoint.key is not None:
            headers["Authorization"] = f"Bearer {endpoint.key.get_secret_value()}"
        client = self._http.client(endpoint.proxy)
        async with client.stream("POST", url, content=body, headers=headers, timeout=self._timeout_s) as response:
            if not response.is_success:
                raise EndpointFailed(f"the endpoint answered with status {response.status_code}")
            return await _read(response)


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > MOST_BYTES:
            raise EndpointFailed(f"the endpoint's answer is longer than {MOST_BYTES // 1024} KiB")
    return bytes(body)


def _parsed(body: bytes) -> object:
    try:
        answer: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise EndpointFailed("the endpoint's answer is not JSON") from error
    return answer
