"""A way to a server that the test can cut, make mute, or make slow."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Proxy:
    """Stands between a client and a server on the loopback; `cut` ends every connection, `refuse` lets none in.

    While `answers` is cleared, what the server says does not get through, and what the client says does. `delay_s` is
    how long each piece is held back. `connections` counts those that were let in, `cuts` how often all of them were cut
    by `cut_after`.
    """

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._left: int | None = None
        self.refuse = False
        self.connections = 0
        self.cuts = 0
        self.delay_s = 0.0
        self.answers = asyncio.Event()
        self.answers.set()

    @property
    def url(self) -> str:
        """The server's URL by way of here."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        user, at, _ = self._target.netloc.rpartition("@")
        return self._target._replace(netloc=f"{user}{at}127.0.0.1:{port}").geturl()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.heal()
        self.cut()
        await asyncio.sleep(0.01)

    def cut(self) -> None:
        """End every connection."""
        for writer in self._writers:
            writer.transport.abort()

    def cut_after(self, count: int) -> None:
        """Let so many more bytes through, of all connections and in either direction, and then end every one."""
        self._left = count

    def heal(self) -> None:
        """Let everything through again."""
        self.refuse, self.delay_s, self._left = False, 0.0, None
        self.answers.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuse:
            writer.transport.abort()
            return
        try:
            onward, back = await asyncio.open_connection(self._target.hostname, self._target.port)
        except OSError:
            writer.transport.abort()
            return
        self.connections += 1
        self._writers |= {writer, back}
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(self._pass_on(reader, back), self._pass_on(onward, writer, self.answers))
        for end in (writer, back):
            end.transport.abort()
        self._writers -= {writer, back}

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event | None = None
    ) -> None:
        while data := await reader.read(65536):
            if gate is not None:
                await gate.wait()
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            writer.write(data if self._left is None else data[: self._left])
            self._count(len(data))
            await writer.drain()
        writer.transport.abort()

    def _count(self, passed: int) -> None:
        if self._left is None:
            return
        self._left -= passed
        if self._left <= 0:
            self._left = None
            self.cuts += 1
            self.cut()
