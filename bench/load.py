"""A load generator for HTTP that costs little itself: prebuilt requests over kept-alive connections, raw bytes.

A closed loop (every connection sends its next request when it has its answer) finds the most that a server takes; an
open one (requests at a fixed rate) shows the latency under a given load.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

from bench.report import percentile_ms

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
OK = b"200"


@dataclass(slots=True)
class Tally:
    """What came of a load: latencies of the answered requests in seconds, and how many were not answered with 200.

    `started_at` is when the first request was due, in seconds since the epoch.
    """

    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    started_at: float = 0.0
    elapsed_s: float = 0.0

    @property
    def rate(self) -> float:
        """Requests answered with 200, a second."""
        return len(self.latencies) / self.elapsed_s if self.elapsed_s else 0.0

    def percentile_ms(self, share: float) -> float:
        """The latency that this share of the requests stayed within, in milliseconds."""
        return percentile_ms(self.latencies, share)


def http_request(url: str, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """The bytes of a POST."""
    parts = urlsplit(url)
    lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join(lines).encode() + HEAD_END + body


class Connection(asyncio.Protocol):
    """One kept-alive connection that sends one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[bool] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Find the end of an answer."""
        self._buffer += data
        head, found, rest = self._buffer.partition(HEAD_END)
        if not found:
            return
        at = head.lower().find(LENGTH)
        length = int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(rest) >= length and self._answer is not None and not self._answer.done():
            self._buffer = rest[length:]
            self._answer.set_result(head[9:12] == OK)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits for an answer does not get one."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server closed the connection"))

    async def send(self, request: bytes) -> bool:
        """Send a request; whether the answer was 200."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer


async def connect(url: str) -> Connection:
    """Open a connection to the server of a URL."""
    parts = urlsplit(url)
    _, connection = await asyncio.get_running_loop().create_connection(
        Connection, parts.hostname or "", parts.port or 80
    )
    return connection


async def closed_loop(url: str, requests: Sequence[bytes], connections: int) -> Tally:
    """Send all requests, as fast as the server answers them."""
    tally = Tally()
    queue: Iterator[bytes] = iter(requests)

    async def work(connection: Connection) -> None:
        for request in queue:
            await _timed(connection, request, tally, time.perf_counter())

    opened = [await connect(url) for _ in range(connections)]
    started = time.perf_counter()
    await asyncio.gather(*(work(connection) for connection in opened))
    tally.elapsed_s = time.perf_counter() - started
    return tally


async def open_loop(url: str, requests: Sequence[bytes], rate: float, connections: int) -> Tally:
    """Send requests at a fixed rate; a latency counts from when the request was due, so a stall is not hidden."""
    tally = Tally()
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(await connect(url))

    async def one(request: bytes, due: float) -> None:
        connection = await free.get()
        await _timed(connection, request, tally, due)
        free.put_nowait(connection)

    tally.started_at, started = time.time(), time.perf_counter()
    tasks: set[asyncio.Task[None]] = set()
    for number, request in enumerate(requests):
        due = started + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        task = asyncio.create_task(one(request, due))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    tally.elapsed_s = time.perf_counter() - started
    return tally


async def _timed(connection: Connection, request: bytes, tally: Tally, due: float) -> None:
    if await connection.send(request):
        tally.latencies.append(time.perf_counter() - due)
    else:
        tally.refused += 1
