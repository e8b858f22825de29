"""A way to the broker that the test can cut."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Proxy:
    """Stands between a client and a server on the loopback; `cut` ends every connection, `refuse` lets none in.

    While `answers` is cleared, what the server says does not get through, and what the client says does. `connections`
    counts those that were let in.
    """

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.refuse = False
        self.connections = 0
        self.answers = asyncio.Event()
        self.answers.set()

    @property
    def url(self) -> str:
        """The server's URL by way of here."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return self._target._replace(netloc=f"guest:guest@127.0.0.1:{port}").geturl()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.answers.set()
        self.cut()
        await asyncio.sleep(0.01)

    def cut(self) -> None:
        """End every connection."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuse:
            writer.transport.abort()
            return
        self.connections += 1
        onward, back = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._writers |= {writer, back}
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(_pass_on(reader, back), _pass_on(onward, writer, self.answers))
        self._writers -= {writer, back}


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event | None = None
) -> None:
    while data := await reader.read(65536):
        if gate is not None:
            await gate.wait()
        writer.write(data)
    writer.transport.abort()
