"""The way to our own files, over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, web
from cryptography.fernet import Fernet

from gateway.receive.files import FileDoor
from runtime.crypto import Signer
from runtime.media.links import PURPOSE, MediaLinks
from runtime.process import HttpServer
from runtime.store.client import Store
from runtime.store.media import GridFSMedia

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
CONTENT = b"\x89PNG" + bytes(range(256)) * 2000


@dataclass
class Site:
    """The files as a provider sees them."""

    client: ClientSession
    links: MediaLinks
    url: str

    def path(self, file_id: str = "f1") -> str:
        return self.links.media_url(file_id).removeprefix(self.url)


async def parts_of(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture
async def site(store: Store) -> AsyncIterator[Site]:
    media = GridFSMedia(store, lambda: NOW)
    await media.put("f1", parts_of(CONTENT), "image/png", "sea.png")
    url = "https://wa.example.test"
    links = MediaLinks(Signer([Fernet.generate_key().decode()], PURPOSE), url, timedelta(hours=1), lambda: NOW)
    server = HttpServer(web.Server(FileDoor(links, media).handle, access_log=None), "127.0.0.1", 0, "files")
    await server.start()
    async with ClientSession(f"http://127.0.0.1:{server.port}") as client:
        yield Site(client, links, url)
    await server.stop()


async def test_a_provider_gets_the_file_under_its_link(site: Site) -> None:
    async with site.client.get(site.path()) as answer:
        assert (answer.status, answer.content_type, answer.content_length) == (200, "image/png", len(CONTENT))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert await answer.read() == CONTENT


async def test_a_provider_may_ask_for_the_head_alone_and_for_a_part(site: Site) -> None:
    async with site.client.head(site.path()) as answer:
        assert (answer.status, answer.content_length) == (200, len(CONTENT))
    async with site.client.get(site.path(), headers={"Range": "bytes=1-3"}) as answer:
        assert (answer.status, await answer.read()) == (206, b"PNG")


async def test_a_link_that_is_forged_or_of_no_file_opens_nothing(site: Site) -> None:
    genuine = site.path()
    for path in (genuine[:-1] + "2", genuine.replace("/files/", "/files/1"), "/files/", "/files/%ff%fe", "/files/x"):
        async with site.client.get(path) as answer:
            assert (answer.status, answer.content_type) == (404, "application/problem+json")
    async with site.client.get(site.path("f2")) as answer:
        assert answer.status == 404


async def test_a_link_is_for_reading_only(site: Site) -> None:
    async with site.client.post(site.path(), data=b"x") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
