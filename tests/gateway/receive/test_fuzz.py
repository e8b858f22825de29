"""Mutated webhooks at the door, over HTTP: none is answered with 5xx, and every item of one that is taken is accounted
for.

The bodies, and how many there are of them, are those of `tests/gateway/providers/test_fuzz.py`: `FUZZ_BODIES=10000`.
"""

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientSession
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from gateway.providers.seam import Webhook
from tests.gateway.providers.conformance import RECEIVED_AT, fixtures_of, sample
from tests.gateway.providers.test_fuzz import PROVIDERS, bodies, fuzzed, read
from tests.gateway.receive.journal.conftest import opened
from tests.gateway.receive.served import PUBLIC, served
from tests.parts import Parts

FATES = ("taken", "set_apart", "foreign")
REFUSED = {400, 401, 403}


class Entrance:
    """The door over HTTP, and what has become of what came in."""

    def __init__(self, client: ClientSession, url: str, parts: Parts) -> None:
        self._client = client
        self._url = url
        self._parts = parts

    async def send(self, webhook: Webhook) -> int:
        """The status that a webhook is answered with."""
        url = URL(self._url + webhook.url.removeprefix(PUBLIC), encoded=True)
        body = BytesIO(webhook.body) if webhook.body else None
        async with self._client.request(webhook.method, url, data=body, headers=webhook.headers) as answer:
            return answer.status

    def accounted(self, provider: str) -> float:
        """How many items were taken, set apart, or found to be another number's."""
        value = self._parts.metrics.registry.get_sample_value
        name = "switchboard_webhook_items_total"
        return sum(value(name, {"provider": provider, "fate": fate}) or 0.0 for fate in FATES)


@pytest.fixture
async def entrance(provider: str, parts: Parts, tmp_path: Path) -> AsyncIterator[Entrance]:
    """The door, with the sample account of a provider behind it."""
    await parts.configure(sample(provider).ACCOUNT)
    async with opened(tmp_path) as disk, served(parts, disk, RECEIVED_AT) as url, ClientSession() as client:
        yield Entrance(client, url, parts)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("provider", PROVIDERS)
@settings(fuzzed, suppress_health_check=list(HealthCheck))
@given(st.data())
async def test_no_mutated_webhook_is_answered_with_5xx_and_no_item_of_one_goes_missing(
    entrance: Entrance, provider: str, data: st.DataObject
) -> None:
    fixture = data.draw(bodies(provider))
    webhook = sample(provider).sign(fixture.webhook(sample(provider).URL))
    items = len(read(PROVIDERS[provider], fixture).items)
    before = entrance.accounted(provider)

    status = await entrance.send(webhook)

    assert status in REFUSED or (status, entrance.accounted(provider) - before) == (200, items)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_webhooks_that_are_mutated_are_taken_as_they_are(entrance: Entrance, provider: str) -> None:
    its = sample(provider)
    whole = [fixture for fixture in fixtures_of(provider) if not fixture.is_malformed]

    statuses = [await entrance.send(its.sign(fixture.webhook(its.URL))) for fixture in whole]

    assert statuses.count(200) > 0.8 * len(statuses)  # some are another number's
    assert entrance.accounted(provider) == sum(len(fixture.expected) for fixture in whole)
