"""One running installation a module: to start its processes costs more than most of the tests."""

from collections.abc import AsyncIterator

import pytest

from runtime.embedded.mongodb import MongoDB
from runtime.embedded.rabbitmq import RabbitMQ
from tests.integration.site import HASTE, Site, running


@pytest.fixture(scope="module")
async def site(rabbitmq: RabbitMQ, mongodb: MongoDB, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """An installation with shortened times and everything logged."""
    environment = {**HASTE, "SWITCHBOARD_LOG_LEVEL": "debug"}
    async with running(tmp_path_factory.mktemp("site"), rabbitmq.url, mongodb.url, environment) as site:
        yield site
