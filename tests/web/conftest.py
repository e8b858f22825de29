"""One installation and one browser for the whole folder."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from console.static import DIST
from runtime.embedded.services import EmbeddedServices
from tests.integration.site import HASTE, Site, running
from tests.web.client import FLAGS, PATIENCE_MS, chromium
from tests.web.office import Office


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a screen."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(scope="package")
async def site(services: EmbeddedServices, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """An installation that serves the web client as it was built last."""
    assert (DIST / "index.html").is_file(), "the web client is not built: deploy/web.sh build"
    endpoints = services.endpoints
    async with running(tmp_path_factory.mktemp("site"), endpoints.amqp_url, endpoints.mongo_url, HASTE) as site:
        yield site


@pytest.fixture
async def office(site: Site, browser: Browser) -> AsyncIterator[Office]:
    """A queue of two agents, an account that asks them, and their screens."""
    async with Office(site, browser) as office:
        yield office
