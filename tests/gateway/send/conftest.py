"""The desk at which sending is tested."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.send.desk import Desk, desk_over
from tests.parts import Parts


@pytest.fixture
async def desk(parts: Parts) -> AsyncIterator[Desk]:
    """A sender's surroundings, over an empty database."""
    async with desk_over(parts) as made:
        yield made
