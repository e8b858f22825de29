"""One installation for the whole folder: to start its processes and services costs more than most of the tests."""

from collections.abc import AsyncIterator

import pytest

from runtime.embedded.services import EmbeddedServices
from tests.integration.site import HASTE, Site, running


@pytest.fixture(scope="package")
async def site(services: EmbeddedServices, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """An installation with shortened times and everything logged. A test that ends a process starts another one."""
    environment = {**HASTE, "SWITCHBOARD_LOG_LEVEL": "debug"}
    endpoints = services.endpoints
    async with running(tmp_path_factory.mktemp("site"), endpoints.amqp_url, endpoints.mongo_url, environment) as site:
        yield site
