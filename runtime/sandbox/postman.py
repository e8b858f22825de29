"""Takes webhooks to the gateway as providers do: what is not answered with success comes again."""

import asyncio
from urllib.parse import urlsplit

import httpx

from contracts.base import Value
from runtime.http.client import tls
from runtime.logging import get_logger
from runtime.sandbox.requests import SignedRequest
from runtime.sandbox.seam import PlayedNumber

log = get_logger(__name__)

ATTEMPTS = 60
RETRY_S = 0.25
TIMEOUT_S = 30.0
AT_ONCE = 64


class Receipt(Value):
    """What came of a webhook: the status of the last answer, None when there was none. `refused` counts failures."""

    status: int | None
    refused: int

    @property
    def accepted(self) -> bool:
        """Whether the gateway has taken it."""
        return self.status is not None and httpx.codes.is_success(self.status)


class Postman:
    """Posts webhooks. `gateway_url` is where the gateway is reached, if that is not where the webhook's URL points."""

    def __init__(self, gateway_url: str | None = None, *, attempts: int = ATTEMPTS, retry_s: float = RETRY_S) -> None:
        self._gateway_url = gateway_url
        self._attempts, self._retry_s = attempts, retry_s
        limits = httpx.Limits(max_connections=AT_ONCE)
        self._client = httpx.AsyncClient(limits=limits, timeout=TIMEOUT_S, verify=tls(), trust_env=False)

    async def start(self) -> None:
        """There is nothing to start."""

    async def stop(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def post(self, number: PlayedNumber, request: SignedRequest) -> Receipt:
        """Post until it is taken, refused for good, or given up."""
        status: int | None = None
        for refused in range(self._attempts):
            if refused:
                await asyncio.sleep(self._retry_s)
            status = await self._once(number, request)
            if status is not None and not _comes_again(status):
                return Receipt(status=status, refused=refused if httpx.codes.is_success(status) else refused + 1)
        log.warning("sandbox.webhook_given_up", account=number.account_key, status=status, attempts=self._attempts)
        return Receipt(status=status, refused=self._attempts)

    async def _once(self, number: PlayedNumber, request: SignedRequest) -> int | None:
        url = f"{self._gateway_url or _origin(number.webhook_url)}{request.path}"
        try:
            answer = await self._client.request(
                request.method, url, content=request.body, headers=request.headers, follow_redirects=False
            )
        except httpx.HTTPError:
            return None
        return answer.status_code


def _comes_again(status: int) -> bool:
    return status == httpx.codes.TOO_MANY_REQUESTS or httpx.codes.is_server_error(status)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
