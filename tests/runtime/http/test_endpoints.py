"""Calls to an account's own endpoint: bounded in time, size and number, with a sentence for whatever goes wrong."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from runtime.http.client import OutboundHttp
from runtime.http.endpoints import MOST_BYTES, Endpoint, EndpointBusy, EndpointFailed, Endpoints, EndpointSlow
from tests.patience import PATIENCE_S
from tests.stand_in import StandIn

KEY = "the-key"


@pytest.fixture
async def there() -> AsyncIterator[StandIn]:
    stand_in = StandIn("/ask", KEY, {"status": 200, "body": {"said": "yes"}})
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def http() -> AsyncIterator[OutboundHttp]:
    client = OutboundHttp("127.0.0.1", PATIENCE_S)
    yield client
    await client.stop()


@pytest.fixture
def endpoints(http: OutboundHttp) -> Endpoints:
    return Endpoints(http, PATIENCE_S, at_once=2)


@pytest.fixture
def hasty(http: OutboundHttp) -> Endpoints:
    """Waits for half a second."""
    return Endpoints(http, 0.5, at_once=2)


def at(there: StandIn, path: str = "/ask", account_id: str = "shop") -> Endpoint:
    return Endpoint(account_id, there.url + path, SecretStr(KEY))


async def test_json_goes_there_with_the_key_and_comes_back(there: StandIn, endpoints: Endpoints) -> None:
    assert await endpoints.post(at(there), {"question": "è?"}) == {"said": "yes"}

    (asked,) = there.asked
    assert asked.body == {"question": "è?"}
    assert asked.headers["Authorization"] == "Bearer the-key"
    assert asked.headers["Accept-Encoding"] == "identity"


async def test_an_endpoint_without_a_key_is_called_without_one(there: StandIn, endpoints: Endpoints) -> None:
    with pytest.raises(EndpointFailed, match="status 401"):
        await endpoints.post(Endpoint("shop", f"{there.url}/ask"), {})
    assert "Authorization" not in there.asked[0].headers


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"status": 500, "text": f"the key {KEY} broke it"}, "answered with status 500"),
        ({"status": 302, "text": ""}, "answered with status 302"),
        ({"status": 200, "text": "<html>"}, "is not JSON"),
        ({"status": 200, "text": "[" * 5000}, "is not JSON"),
        ({"status": 200, "text": ""}, "is not JSON"),
        ({"status": 200, "text": f'"{"x" * MOST_BYTES}"'}, "longer than 256 KiB"),
    ],
)
async def test_an_answer_that_cannot_be_used_is_told_in_our_words(
    there: StandIn, endpoints: Endpoints, answer: dict[str, object], sentence: str
) -> None:
    there.recording = answer

    with pytest.raises(EndpointFailed, match=sentence) as raised:
        await endpoints.post(at(there), {})

    assert KEY not in str(raised.value)


async def test_an_answer_without_an_end_is_not_read_to_its_end(there: StandIn, endpoints: Endpoints) -> None:
    there.endless = True

    with pytest.raises(EndpointFailed, match="longer than 256 KiB"):
        await endpoints.post(at(there), {})


async def test_an_answer_that_does_not_come_in_time_is_not_waited_for(there: StandIn, hasty: Endpoints) -> None:
    there.held = asyncio.Event()

    with pytest.raises(EndpointSlow, match=r"within 0\.5 s"):
        await hasty.post(at(there), {})


async def test_an_answer_that_comes_drop_by_drop_is_not_waited_for_either(there: StandIn, hasty: Endpoints) -> None:
    there.drops = 0.05

    with pytest.raises(EndpointSlow):
        await hasty.post(at(there), {})


async def test_one_call_too_many_of_an_account_is_refused_at_once_and_others_go_on(
    there: StandIn, endpoints: Endpoints
) -> None:
    there.held = asyncio.Event()
    calls = [asyncio.create_task(endpoints.post(at(there), {})) for _ in range(2)]
    await there.until_asked(2)

    with pytest.raises(EndpointBusy, match="2 calls"):
        await endpoints.post(at(there), {})
    other = asyncio.create_task(endpoints.post(at(there, account_id="other"), {}))
    await there.until_asked(3)
    there.held.set()

    assert await asyncio.gather(*calls, other) == [{"said": "yes"}] * 3
    assert await endpoints.post(at(there), {}) == {"said": "yes"}


async def test_a_call_that_failed_gives_its_turn_back(there: StandIn, endpoints: Endpoints) -> None:
    for _ in range(3):
        with pytest.raises(EndpointFailed):
            await endpoints.post(at(there, "/elsewhere"), {})


async def test_a_private_address_and_one_without_tls_are_not_called(there: StandIn) -> None:
    http = OutboundHttp("", 5)
    endpoints = Endpoints(http, 0.5, at_once=2)
    try:
        with pytest.raises(EndpointFailed, match="must begin with https"):
            await endpoints.post(at(there), {})
        with pytest.raises(EndpointFailed, match="SWITCHBOARD_ALLOWED_HOSTS"):
            await endpoints.post(Endpoint("shop", there.url.replace("http:", "https:")), {})
    finally:
        await http.stop()
    assert there.asked == []


async def test_nobody_there_is_a_failure_with_a_sentence(http: OutboundHttp) -> None:
    with pytest.raises(EndpointFailed, match="cannot be reached"):
        await Endpoints(http, 5, at_once=2).post(Endpoint("shop", "http://127.0.0.1:9/"), {})


def test_an_endpoint_does_not_print_its_key() -> None:
    assert KEY not in repr(Endpoint("shop", "https://ai.example", SecretStr(KEY)))
