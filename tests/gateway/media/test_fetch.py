"""Fetching customers' files from real HTTP servers into a real MongoDB.

Two servers stand for two hosts: the provider's API under one name of this machine, its file server under another.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web
from cryptography.fernet import Fernet

from contracts.accounts import Account
from contracts.commands import FetchMedia
from contracts.content import Media, MediaKind
from contracts.messages import StatusReason
from contracts.stored import FileState, StoredFile, StoredMessage
from gateway.media import fetch
from gateway.media.download import NotYet
from gateway.media.fetch import MediaFetcher, file_id_of
from gateway.providers.delivery import Conversation, Download, HttpCall, Refused, TryLater
from gateway.send.calls import Caller
from runtime.configuration import ConfigurationCache
from runtime.crypto import SecretBox
from runtime.http.client import OutboundHttp
from runtime.media.types import OCTETS
from runtime.metrics import Metrics
from runtime.process import HttpServer
from runtime.store.client import Store
from runtime.store.configuration import ConfigurationStore
from runtime.store.files import MessageFiles
from runtime.store.interactions import InteractionStore
from runtime.store.media import CHUNKS, UPLOADS, GridFSMedia
from tests.parts import NOW, TestClock, account, people

TOKEN = "token-of-the-account"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1500
MOST = 1_000_000
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Played:
    """A provider whose files are found by a call to its API, or at the URL that the message gives."""

    def __init__(self, api: str) -> None:
        self._api = api

    def locate(self, media: Media, _account: Account) -> Conversation[Download]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = media.url
        if url is None:
            reply = yield HttpCall("GET", f"{self._api}/media/{media.media_id}", headers=headers)
            if reply.status == 404:
                raise Refused(StatusReason(code="131052", sentence="The file has expired at the provider."))
            if not reply.ok:
                raise TryLater(StatusReason(code="busy"), after_s=7)
            url = reply.object()["url"]
        return Download(HttpCall("GET", url, headers=headers), hosts=("127.0.0.1",))


@dataclass
class Host:
    """A server: what it answers under each path, and the credentials that came with each request."""

    name: str
    answers: dict[str, Handler] = field(default_factory=dict)
    seen: list[tuple[str, str | None]] = field(default_factory=list)
    port: int = 0

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.seen.append((request.path, request.headers.get("Authorization")))
        return await self.answers[request.path](request)

    def url(self, path: str) -> str:
        return f"http://{self.name}:{self.port}{path}"

    def gives(self, path: str, body: bytes = PNG, mime_type: str = "image/png", disposition: str = "") -> str:
        """The URL under which there is now a file."""

        async def answer(_request: web.BaseRequest) -> web.Response:
            return web.Response(body=body, headers={"Content-Type": mime_type, "Content-Disposition": disposition})

        self.answers[path] = answer
        return self.url(path)

    def answers_with(self, path: str, status: int, **headers: str) -> str:
        """The URL under which there is now no more than a status."""

        async def answer(_request: web.BaseRequest) -> web.Response:
            return web.Response(status=status, headers=headers)

        self.answers[path] = answer
        return self.url(path)


@dataclass
class Desk:
    """A fetcher, the servers that it fetches from, and the messages that it fetches for."""

    store: Store
    clock: TestClock
    api: Host
    files: Host
    media: GridFSMedia
    metrics: Metrics
    fetcher: MediaFetcher

    async def message(self, kind: MediaKind = "image", *, account_id: str = "shop", **fields: str | None) -> FetchMedia:
        """Store a message with a file that is pending; the command that fetches it."""
        message = StoredMessage(
            id="shop:m1",
            event_id="e1",
            correlation_id="c",
            interaction_id="i1",
            account_id=account_id,
            contact_key="+39333000001",
            direction="inbound",
            sequence=1,
            provider_id="m1",
            content=Media.model_validate({"kind": kind, **fields}),
            file=StoredFile(state=FileState.PENDING),
            sent_at=NOW,
            received_at=NOW,
        )
        await InteractionStore(self.store).record(messages=[message])
        return FetchMedia(correlation_id="c", account_id=account_id, message_id=message.id)

    async def file(self) -> StoredFile:
        """What became of the file."""
        message = await MessageFiles(self.store).message("shop:m1")
        assert message is not None
        assert message.file is not None
        return message.file

    async def content(self) -> bytes:
        return b"".join([part async for part in self.media.read(file_id_of("shop:m1"))])

    async def leftovers(self) -> int:
        """Chunks and uploads of files that were not stored."""
        database = self.store.database
        return sum([await database[name].count_documents({}) for name in (CHUNKS, UPLOADS)])

    async def failure(self, command: FetchMedia) -> str:
        """Why the file is not fetched, and never will be."""
        await self.fetcher.handle(command)
        file = await self.file()
        assert (file.state, file.id, await self.leftovers()) == (FileState.FAILED, None, 0)
        return file.reason

    async def delay(self, command: FetchMedia) -> NotYet:
        """Why the file is not fetched now."""
        with pytest.raises(NotYet) as caught:
            await self.fetcher.handle(command)
        assert ((await self.file()).state, await self.leftovers()) == (FileState.PENDING, 0)
        return caught.value


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    clock, configuration = TestClock(), ConfigurationStore(store, SecretBox([Fernet.generate_key().decode()]))
    await configuration.put(*people("ann"), account(type="played"), account(id="other", key="OTHER", type="mute"))
    cache = ConfigurationCache(configuration, 3600)
    await cache.changed()
    hosts, servers = (Host("127.0.0.1"), Host("localhost")), []
    for host in hosts:
        server = HttpServer(web.Server(host.handle, access_log=None), "127.0.0.1", 0, host.name)
        await server.start()
        host.port = server.port
        servers.append(server)
    outbound = OutboundHttp("127.0.0.1, localhost", timeout_s=5)
    media, metrics = GridFSMedia(store, clock), Metrics()
    fetcher = MediaFetcher(
        {"played": Played(hosts[0].url("")), "mute": object()},
        cache,
        Caller(outbound, media, metrics),
        outbound,
        MessageFiles(store),
        media,
        metrics,
        clock,
        MOST,
    )
    yield Desk(store, clock, *hosts, media, metrics, fetcher)
    await outbound.stop()
    for server in servers:
        await server.stop()


async def test_a_file_is_fetched_and_kept_with_all_that_is_known_of_it(desk: Desk) -> None:
    sha256 = hashlib.sha256(PNG)
    url = desk.api.gives("/a", disposition='attachment; filename="sea.png"')
    command = await desk.message(url=url, mime_type="image/png", sha256=base64.b64encode(sha256.digest()).decode())

    await desk.fetcher.handle(command)

    assert await desk.file() == StoredFile(
        state=FileState.STORED,
        id=file_id_of("shop:m1"),
        mime_type="image/png",
        filename="sea.png",
        size=len(PNG),
        sha256=sha256.hexdigest(),
    )
    assert await desk.content() == PNG
    assert desk.api.seen == [("/a", f"Bearer {TOKEN}")]


async def test_a_file_is_found_by_its_id_through_the_providers_api(desk: Desk) -> None:
    async def found(_request: web.BaseRequest) -> web.Response:
        return web.json_response({"url": desk.api.url("/a")})

    desk.api.gives("/a")
    desk.api.answers["/media/77"] = found

    await desk.fetcher.handle(await desk.message(media_id="77"))

    assert await desk.content() == PNG


async def test_a_command_that_comes_again_fetches_nothing(desk: Desk) -> None:
    command = await desk.message(url=desk.api.gives("/a"))

    await desk.fetcher.handle(command)
    await desk.fetcher.handle(command)

    assert len(desk.api.seen) == 1


async def test_two_who_fetch_the_same_file_at_once_store_it_once(desk: Desk) -> None:
    command = await desk.message(url=desk.api.gives("/a"))

    await asyncio.gather(desk.fetcher.handle(command), desk.fetcher.handle(command))

    assert (await desk.file()).state is FileState.STORED
    assert await desk.content() == PNG
    assert await desk.leftovers() == 2  # the two chunks of the one file
    assert (
        desk.metrics.registry.get_sample_value("switchboard_handled_total", {"stage": "media", "outcome": "stored"})
        == 1
    )


async def test_a_file_that_was_stored_by_somebody_who_died_then_is_not_fetched_again(desk: Desk) -> None:
    async def parts_of_it() -> AsyncIterator[bytes]:
        yield PNG

    await desk.media.put(file_id_of("shop:m1"), parts_of_it(), "image/png")

    await desk.fetcher.handle(await desk.message(url=desk.api.gives("/a")))

    assert (await desk.file()).state is FileState.STORED
    assert desk.api.seen == []


async def test_what_is_no_message_or_has_no_file_is_passed_over(desk: Desk) -> None:
    await desk.fetcher.handle(FetchMedia(correlation_id="c", account_id="shop", message_id="shop:unknown"))

    assert desk.api.seen == []


async def test_credentials_do_not_go_along_with_a_redirect_to_another_host(desk: Desk) -> None:
    there = desk.files.gives("/b")
    desk.api.answers_with("/a", 307, Location=there)

    await desk.fetcher.handle(await desk.message(url=desk.api.url("/a")))

    assert await desk.content() == PNG
    assert desk.api.seen == [("/a", f"Bearer {TOKEN}")]
    assert desk.files.seen == [("/b", None)]


async def test_credentials_do_not_go_to_a_url_of_another_host_that_a_message_names(desk: Desk) -> None:
    await desk.fetcher.handle(await desk.message(url=desk.files.gives("/b")))

    assert desk.files.seen == [("/b", None)]


async def test_a_redirect_on_the_same_host_may_be_relative_and_keeps_the_credentials(desk: Desk) -> None:
    desk.api.answers_with("/a", 302, Location="b?x=1")
    desk.api.gives("/b")

    await desk.fetcher.handle(await desk.message(url=desk.api.url("/a")))

    assert desk.api.seen == [("/a", f"Bearer {TOKEN}"), ("/b", f"Bearer {TOKEN}")]


async def test_redirects_without_end_are_given_up(desk: Desk) -> None:
    desk.api.answers_with("/a", 302, Location="/a")

    assert await desk.failure(await desk.message(url=desk.api.url("/a"))) == "the provider redirects more than 5 times"
    assert len(desk.api.seen) == 6


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.2:{port}/a",
        "https://2130706434:{port}/a",
        "https://[::1]:{port}/a",
        "https://[::ffff:127.0.0.2]:{port}/a",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/a",
    ],
)
@pytest.mark.parametrize("redirected", [False, True])
async def test_no_private_address_is_fetched_directly_or_after_a_redirect(
    desk: Desk, url: str, redirected: bool
) -> None:
    target = url.format(port=desk.api.port)
    first = desk.api.answers_with("/r", 302, Location=target) if redirected else target

    assert "private network" in await desk.failure(await desk.message(url=first))
    assert [path for path, _ in desk.api.seen] == ["/r"] * redirected


NOT_PLAIN = [
    "http://files.example.test/a",
    "ftp://127.0.0.1/a",
    "file:///etc/passwd",
    "https://user:secret@127.0.0.1/a",
]


@pytest.mark.parametrize("url", [*NOT_PLAIN, "https:///a", "/a", "//", "", "http://[::1/a"])
async def test_only_plain_https_is_fetched(desk: Desk, url: str) -> None:
    assert "URL" in await desk.failure(await desk.message(url=url))


@pytest.mark.parametrize("url", NOT_PLAIN)
async def test_only_plain_https_is_fetched_after_a_redirect_too(desk: Desk, url: str) -> None:
    first = desk.api.answers_with("/r", 302, Location=url)

    assert "URL" in await desk.failure(await desk.message(url=first))


async def test_a_file_that_is_too_large_is_refused_by_what_is_said_of_its_size(desk: Desk) -> None:
    url = desk.api.gives("/a", bytes(MOST + 1))

    assert await desk.failure(await desk.message(url=url)) == f"the file has more than {MOST} bytes"


async def test_a_file_that_is_too_large_is_refused_while_it_comes(desk: Desk) -> None:
    sent = 0

    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "image/png"})
        await response.prepare(request)
        while True:
            await response.write(bytes(50_000))
            sent += 50_000

    desk.api.answers["/a"] = endless

    assert await desk.failure(await desk.message(url=desk.api.url("/a"))) == f"the file has more than {MOST} bytes"
    assert sent < 50 * MOST


async def test_a_file_with_another_hash_is_refused(desk: Desk) -> None:
    url = desk.api.gives("/a", PNG[:-1])

    reason = await desk.failure(await desk.message(url=url, sha256=hashlib.sha256(PNG).hexdigest()))

    assert "SHA-256" in reason


@pytest.mark.parametrize(
    ("kind", "declared", "served"),
    [
        ("image", "image/png", "text/html; charset=utf-8"),
        ("image", "application/x-msdownload", "image/png"),
        ("video", "video/mp4", "image/png"),
        ("document", "application/pdf", "text/html"),
    ],
)
async def test_a_file_of_another_type_than_was_announced_is_refused(
    desk: Desk, kind: MediaKind, declared: str, served: str
) -> None:
    url = desk.api.gives("/a", mime_type=served)

    assert (await desk.failure(await desk.message(kind, url=url, mime_type=declared))).startswith("the provider gives")


@pytest.mark.parametrize(
    ("declared", "served", "kept"),
    [
        ("image/png", "binary/octet-stream", "image/png"),
        ("image/png; x=y", "", "image/png"),
        ("", "image/png", "image/png"),
        (OCTETS, "image/png", "image/png"),
        ("image/png", "image/jpeg", "image/png"),
    ],
)
async def test_a_type_is_what_the_provider_declares_or_else_what_its_server_does(
    desk: Desk, declared: str, served: str, kept: str
) -> None:
    await desk.fetcher.handle(await desk.message(url=desk.api.gives("/a", mime_type=served), mime_type=declared))

    assert (await desk.file()).mime_type == kept


@pytest.mark.parametrize(
    ("declared", "content"),
    [
        ("text/html", b"<p>hello"),
        ("application/pdf", b"<html><script>"),
        ("application/pdf", b"MZ\x90"),
        ("image/svg+xml", b"<svg onload=x()>"),
        ("", b"anything"),
    ],
)
async def test_what_is_dangerous_is_kept_as_mere_octets(desk: Desk, declared: str, content: bytes) -> None:
    url = desk.api.gives("/a", content, mime_type=OCTETS)

    await desk.fetcher.handle(await desk.message("document", url=url, mime_type=declared, filename="../a.html"))

    file = await desk.file()
    assert (file.state, file.mime_type, file.filename) == (FileState.STORED, OCTETS, "a.html")
    assert await desk.content() == content


async def test_a_connection_that_is_cut_leaves_nothing_and_the_file_is_fetched_the_next_time(desk: Desk) -> None:
    async def cut(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/png", "Content-Length": str(len(PNG))})
        await response.prepare(request)
        await response.write(PNG[:300_000])
        assert request.transport is not None
        request.transport.close()
        return response

    desk.api.answers["/a"] = cut
    command = await desk.message(url=desk.api.url("/a"))
    assert "cut" in str(await desk.delay(command))

    desk.api.gives("/a")
    await desk.fetcher.handle(command)

    assert await desk.content() == PNG


async def test_a_server_that_is_away_is_tried_again_later(desk: Desk) -> None:
    command = await desk.message(url="http://127.0.0.1:1/a")

    assert "does not answer" in str(await desk.delay(command))


@pytest.mark.parametrize(("status", "wait", "after_s"), [(429, "30", 30.0), (503, "soon", None), (500, "", None)])
async def test_a_server_in_trouble_is_tried_again_when_it_says(
    desk: Desk, status: int, wait: str, after_s: float | None
) -> None:
    url = desk.api.answers_with("/a", status, **{"Retry-After": wait})

    assert (await desk.delay(await desk.message(url=url))).after_s == after_s


async def test_a_file_that_comes_too_slowly_is_tried_again_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def drip(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/png"})
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.02)

    monkeypatch.setattr(fetch, "WITHIN_S", 0.3)
    desk.api.answers["/a"] = drip

    assert "within" in str(await desk.delay(await desk.message(url=desk.api.url("/a"))))


async def test_what_is_missing_is_tried_again_for_a_moment_and_then_has_expired(desk: Desk) -> None:
    command = await desk.message(url=desk.api.answers_with("/a", 404))
    await desk.delay(command)

    desk.clock.pass_(121)

    assert await desk.failure(command) == "the file has expired at the provider"


@pytest.mark.parametrize("status", [401, 403, 400])
async def test_a_file_that_is_refused_is_not_asked_for_again(desk: Desk, status: int) -> None:
    command = await desk.message(url=desk.api.answers_with("/a", status))

    assert await desk.failure(command) == f"the provider answered {status}"
    await desk.fetcher.handle(command)
    assert len(desk.api.seen) == 1


async def test_what_the_provider_says_of_a_file_is_the_reason(desk: Desk) -> None:
    desk.api.answers_with("/media/77", 404)

    assert await desk.failure(await desk.message(media_id="77")) == "The file has expired at the provider."


async def test_a_provider_that_says_later_is_asked_later(desk: Desk) -> None:
    desk.api.answers_with("/media/77", 500)

    assert (await desk.delay(await desk.message(media_id="77"))).after_s == 7


async def test_a_message_that_is_too_old_is_tried_no_more(desk: Desk) -> None:
    command = await desk.message(url=desk.api.answers_with("/a", 503))
    desk.clock.pass_(timedelta(days=7).total_seconds())

    assert "in time" in await desk.failure(command)


@pytest.mark.parametrize(("account_id", "reason"), [("gone", "is not there any more"), ("other", "cannot be fetched")])
async def test_a_file_without_a_provider_to_fetch_it_from_fails(desk: Desk, account_id: str, reason: str) -> None:
    assert reason in await desk.failure(await desk.message(account_id=account_id, url=desk.api.gives("/a")))
