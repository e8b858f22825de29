"""A download from a provider: redirects followed by hand, credentials kept to the hosts that they are for.

NotYet        it did not work, and may later: the network, a server in trouble, a limit
FileRefused   it will not work: gone, forbidden, not a file (see `runtime/media/seam.py`)
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import httpx
from aiohttp import content_disposition_filename, parse_content_disposition

from contracts.errors import Unavailable
from gateway.providers.delivery import Download, HttpCall
from runtime.http.client import OutboundHttp, PrivateAddress
from runtime.media.seam import FileRefused

MOST_REDIRECTS = 5
PART_BYTES = 64 * 1024
NEUTRAL = {"Accept": "*/*", "Accept-Encoding": "identity"}
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


class NotYet(Unavailable):
    """A file that could not be fetched now; `after_s` is what the other side asks to wait, None if it does not say."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class Gone(FileRefused):
    """The server does not give the file; `missing` says that it does not know it, or not any more."""

    def __init__(self, status: int) -> None:
        self.missing = status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
        super().__init__("the file has expired at the provider" if self.missing else f"the provider answered {status}")


class Served:
    """A file as a server gives it: what it says of it, and its bytes."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.mime_type = response.headers.get("Content-Type", "")

    @property
    def filename(self) -> str | None:
        """The name that the server gives the file."""
        _, parameters = parse_content_disposition(self._response.headers.get("Content-Disposition"))
        return content_disposition_filename(parameters)

    @property
    def size(self) -> int:
        """The bytes that the server announces; 0 when it does not."""
        announced = self._response.headers.get("Content-Length", "")
        return int(announced) if announced.isascii() and announced.isdigit() else 0

    async def parts(self) -> AsyncGenerator[bytes, None]:
        """The bytes.

        Raises:
            NotYet: the connection was cut.
        """
        try:
            async for part in self._response.aiter_bytes(PART_BYTES):
                yield part
        except httpx.HTTPError as error:
            raise NotYet(f"the download was cut: {type(error).__name__}") from error


class Downloads:
    """Opens downloads."""

    def __init__(self, outbound: OutboundHttp) -> None:
        self._outbound = outbound

    @asynccontextmanager
    async def open(self, download: Download, proxy: str | None) -> AsyncIterator[Served]:
        """The file, at the end of all redirects.

        Raises:
            NotYet, FileRefused: see the module.
        """
        url = _url(download.call)
        for _ in range(MOST_REDIRECTS + 1):
            async with self._answered(download, url, proxy) as response:
                if response.next_request is None:
                    _check(response)
                    yield Served(response)
                    return
                url = response.next_request.url
        raise FileRefused(f"the provider redirects more than {MOST_REDIRECTS} times")

    @asynccontextmanager
    async def _answered(self, download: Download, url: httpx.URL, proxy: str | None) -> AsyncIterator[httpx.Response]:
        self._check_url(url)
        client = self._outbound.client(proxy)
        headers, basic = _credentials(download, url.host)
        request = client.build_request(download.call.method, url, headers={**NEUTRAL, **headers})
        try:
            response = await client.send(request, stream=True, auth=basic)
        except PrivateAddress as error:
            raise FileRefused(str(error)) from error
        except httpx.HTTPError as error:
            raise NotYet(f"{url.host} does not answer: {type(error).__name__}") from error
        try:
            yield response
        finally:
            await response.aclose()

    def _check_url(self, url: httpx.URL) -> None:
        secure = url.scheme == "https" or (url.scheme == "http" and self._outbound.allows(url.host))
        if not (secure and url.host) or url.userinfo:
            raise FileRefused("the provider gives a URL that is not plain HTTPS")


def _credentials(download: Download, host: str) -> tuple[dict[str, str], httpx.BasicAuth | None]:
    """What of the call's headers and password goes to a host: all or nothing."""
    call = download.call
    if host not in {name.lower() for name in download.hosts}:
        return {}, None
    return call.headers, httpx.BasicAuth(*call.basic) if call.basic else None


def _url(call: HttpCall) -> httpx.URL:
    try:
        url = httpx.URL(call.url)
    except httpx.InvalidURL as error:
        raise FileRefused("the provider gives a URL that is none") from error
    return url.copy_merge_params(call.query) if call.query else url


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status == HTTPStatus.OK:
        return
    if status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wait = response.headers.get("Retry-After", "")
        raise NotYet(f"the provider answered {status}", float(wait) if wait.isascii() and wait.isdigit() else None)
    raise Gone(status)
