"""The door over HTTP, with a real broker behind it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from yarl import URL

from contracts.deadletters import DeadLetter
from contracts.errors import Unavailable
from contracts.events import EVENT, MessageReceived, NoticeReceived, StatusReported
from gateway.receive.journal import Kind
from runtime.sandbox import meta, twilio
from runtime.sandbox.requests import SignedRequest
from tests.gateway.providers.meta import sample as of_meta
from tests.gateway.providers.twilio import sample as of_twilio
from tests.gateway.receive.journal.conftest import Opened, opened
from tests.gateway.receive.served import PUBLIC, served
from tests.parts import NOW, Parts, people
from tests.patience import so

WHO = "+393331234567"
SECOND = of_meta.NUMBER.model_copy(update={"phone_number_id": "200000000000009", "url": f"{PUBLIC}/webhooks/meta/M2"})
META = of_meta.ACCOUNT.model_copy(update={"id": "meta-1", "key": "M1", "list_id": "people"})
META_2 = META.model_copy(
    update={
        "id": "meta-2",
        "key": "M2",
        "phone": "+15550009999",
        "credentials": {**META.credentials, "phone_number_id": SECOND.phone_number_id},
    }
)
META_3 = of_meta.STRANGER.model_copy(update={"id": "meta-3", "key": "M3", "list_id": "people", "phone": "+15550008888"})
TWILIO = of_twilio.ACCOUNT.model_copy(update={"id": "twilio-1", "key": "T1", "list_id": "people"})
M1 = of_meta.NUMBER.model_copy(update={"url": f"{PUBLIC}/webhooks/meta/M1"})
T1 = of_twilio.NUMBER.model_copy(update={"url": f"{PUBLIC}/webhooks/twilio/T1"})


@dataclass
class Gateway:
    """The door as a provider sees it, and what it has published."""

    client: ClientSession
    url: str
    parts: Parts

    async def send(self, request: SignedRequest, **changes: Any) -> tuple[int, str]:  # noqa: ANN401 - any field
        changed = request.model_copy(update=changes)
        answer = await self.client.request(
            changed.method,
            URL(self.url + changed.path, encoded=True),
            data=BytesIO(changed.body) if changed.body else None,
            headers=changed.headers,
        )
        return answer.status, await answer.text()

    def metric(self, name: str, **labels: str) -> float:
        return self.parts.metrics.registry.get_sample_value(name, labels) or 0.0

    @property
    def letters(self) -> list[DeadLetter]:
        return self.parts.said.letters


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Opened]:
    """A journal that nobody drains."""
    async with opened(tmp_path) as process:
        yield process


@pytest.fixture
async def gateway(parts: Parts, disk: Opened) -> AsyncIterator[Gateway]:
    await parts.configure(*people("ann"), META, META_2, META_3, TWILIO)
    async with served(parts, disk, NOW, wait_s=0.001) as url, ClientSession(url) as client:
        yield Gateway(client, url, parts)


def text(number: meta.MetaNumber = M1, words: str = "hello", message_id: str = "wamid.1") -> SignedRequest:
    return meta.request(number, [meta.text(WHO, message_id, NOW, words)], names={WHO: "Ada"})


async def test_a_signed_message_is_answered_with_200_when_the_broker_has_it(gateway: Gateway) -> None:
    status, _ = await gateway.send(text())

    (event,) = gateway.parts.said.events
    assert status == 200
    assert isinstance(event, MessageReceived)
    assert (event.account_id, event.contact_key, event.received_at) == ("meta-1", WHO.lstrip("+"), NOW) or (
        event.contact_key == WHO
    )
    assert gateway.metric("switchboard_webhooks_total", provider="meta", answer="200") == 1
    assert gateway.metric("switchboard_webhook_items_total", provider="meta", fate="taken") == 1


async def test_a_client_that_hangs_up_in_the_middle_of_a_body_is_no_failure_of_ours(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = URL(gateway.url)
    _, writer = await asyncio.open_connection(parts.host, parts.port)
    head = f"POST /webhooks/meta/M1 HTTP/1.1\r\nHost: {parts.host}\r\nContent-Length: 1000\r\n\r\n"
    writer.write(head.encode() + b'{"half":')
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await writer.wait_closed()
    said = ""

    def seen() -> bool:
        nonlocal said
        captured = capsys.readouterr()
        said += captured.out + captured.err
        return "webhook.client_gone" in said

    await so(seen)
    assert "http.failed" not in said
    assert (await gateway.send(text()))[0] == 200
    answers = [one for metric in gateway.parts.metrics.webhooks.collect() for one in metric.samples]
    assert {one.labels["answer"] for one in answers} == {"200"}


async def test_the_items_of_one_webhook_share_a_correlation_id_and_keep_their_order(gateway: Gateway) -> None:
    messages = [meta.text(WHO, f"wamid.{n}", NOW, str(n)) for n in range(3)]
    await gateway.send(meta.request(M1, messages, [meta.status(WHO, "out", NOW, "read")]))

    events = gateway.parts.said.events
    assert [e.message.provider_id for e in events if isinstance(e, MessageReceived)] == [f"wamid.{n}" for n in range(3)]
    assert [type(e) for e in events if not isinstance(e, MessageReceived)] == [StatusReported]
    assert len({e.correlation_id for e in events}) == 1
    assert len({e.event_id for e in events}) == 4


async def test_the_key_of_an_account_is_known_whatever_its_case(gateway: Gateway) -> None:
    assert (await gateway.send(text(), path="/webhooks/meta/m1"))[0] == 200


async def test_a_form_is_taken_and_answered_as_its_provider_wants(gateway: Gateway) -> None:
    status, body = await gateway.send(twilio.request(T1, twilio.text(T1, WHO, "SM1", "hello")))

    assert (status, "<Response" in body) == (200, True)
    assert [event.account_id for event in gateway.parts.said.events] == ["twilio-1"]


async def test_a_webhook_by_get_is_taken_where_the_provider_has_no_handshake(gateway: Gateway) -> None:
    status, body = await gateway.send(twilio.query_request(T1, twilio.text(T1, WHO, "SM1", "hello")))
    assert (status, len(gateway.parts.said.events)) == (200, 1), body


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"path": "/webhooks/nobody/M1"}, 404),
        ({"path": "/webhooks/meta/ZZ"}, 404),
        ({"path": "/webhooks/meta/T1"}, 404),
        ({"path": "/webhooks/twilio"}, 404),
        ({"path": "/webhooks"}, 404),
        ({"path": "/elsewhere"}, 404),
        ({"headers": {}}, 401),
        ({"headers": {"X-Hub-Signature-256": "sha256=" + "0" * 64}}, 403),
        ({"body": b'{"object":"other"}'}, 403),
        ({"path": "/webhooks/meta/M3"}, 403),
        ({"path": "/webhooks/meta", "headers": {"X-Hub-Signature-256": "sha256=" + "0" * 64}}, 403),
        ({"method": "DELETE"}, 405),
        ({"body": b"x" * (5 * 1024 * 1024)}, 413),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_is_not_in_order_is_refused_and_counted(
    gateway: Gateway, changes: dict[str, Any], status: int
) -> None:
    given, body = await gateway.send(text(), **changes)

    assert given == status, body
    assert gateway.parts.said.published == []
    provider = (
        "meta" if "meta" in changes.get("path", "meta") else "twilio" if "twilio" in changes["path"] else "unknown"
    )
    assert gateway.metric("switchboard_webhooks_total", provider=provider, answer=str(status)) == 1
    assert of_meta.NUMBER.app_secret.get_secret_value() not in body


async def test_a_body_without_a_length_is_cut_off_at_the_limit(gateway: Gateway) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b"x" * 1024 * 1024

    answer = await gateway.client.post("/webhooks/meta/M1", data=endless(), headers=text().headers)
    assert answer.status == 413


async def test_the_handshake_is_answered_for_the_accounts_own_token_only(gateway: Gateway) -> None:
    request = meta.handshake(M1, "challenge-1")
    assert await gateway.send(request) == (200, "challenge-1")
    wrong = meta.handshake(M1.model_copy(update={"verify_token": of_meta.EMPTY["app_secret"]}), "challenge-1")
    assert (await gateway.send(wrong))[0] == 403
    shared = request.path.replace("/meta/M1", "/meta")
    assert await gateway.send(request, path=shared) == (200, "challenge-1")


async def test_a_signed_body_that_nobody_can_read_is_parked_under_one_id_however_often_it_comes(
    gateway: Gateway,
) -> None:
    request = meta.signed(M1, b'{"object":')
    answers = [await gateway.send(request) for _ in range(3)]

    assert [status for status, _ in answers] == [400] * 3
    assert len(gateway.letters) == 3
    assert len({letter.id for letter in gateway.letters}) == 1
    assert {(letter.stage, letter.account_id, letter.body) for letter in gateway.letters} == {
        ("gateway", "meta-1", '{"object":')
    }


async def test_an_item_that_nobody_can_read_is_set_apart_and_its_neighbours_are_taken(gateway: Gateway) -> None:
    bad = {"from": "not a number at all!", "timestamp": "x"}
    status, _ = await gateway.send(meta.request(M1, [meta.text(WHO, "wamid.1", NOW, "one"), bad]))

    assert status == 200
    assert len(gateway.parts.said.events) == 1
    assert [letter.account_id for letter in gateway.letters] == ["meta-1"]
    assert gateway.metric("switchboard_webhook_items_total", provider="meta", fate="set_apart") == 1


async def test_items_of_the_apps_other_number_find_their_account(gateway: Gateway) -> None:
    """One app has one callback URL, whichever account it is pasted for."""
    other = meta.request(SECOND, [meta.text(WHO, "wamid.2", NOW, "two")])
    status, _ = await gateway.send(other, path="/webhooks/meta/M1")

    assert status == 200
    assert [event.account_id for event in gateway.parts.said.events] == ["meta-2"]


async def test_the_shared_url_gives_every_item_to_its_account(gateway: Gateway) -> None:
    for number in (M1, SECOND):
        assert (await gateway.send(text(number), path="/webhooks/meta"))[0] == 200
    assert [event.account_id for event in gateway.parts.said.events] == ["meta-1", "meta-2"]


async def test_items_of_a_number_that_nobody_has_are_counted_and_not_asked_for_again(gateway: Gateway) -> None:
    stranger = M1.model_copy(update={"phone_number_id": "299999999999999"})
    status, _ = await gateway.send(text(stranger))

    assert (status, gateway.parts.said.events) == (200, [])
    assert gateway.metric("switchboard_webhook_items_total", provider="meta", fate="foreign") == 1


async def test_a_form_for_another_number_is_refused(gateway: Gateway) -> None:
    form = {**twilio.text(T1, WHO, "SM1", "hello"), "To": "whatsapp:+15550001234"}
    assert (await gateway.send(twilio.request(T1, form)))[0] == 403
    assert gateway.parts.said.events == []


async def away(*_arguments: object, **_values: object) -> None:
    raise Unavailable("RabbitMQ: away at amqp://host")


async def test_what_the_broker_does_not_take_is_answered_with_200_when_it_is_on_the_disk(
    gateway: Gateway, disk: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.parts.said, "publish", away)
    bad = {"from": "not a number at all!", "timestamp": "x"}
    assert (await gateway.send(meta.request(M1, [meta.text(WHO, "wamid.1", NOW, "one"), bad])))[0] == 200
    assert (await gateway.send(meta.signed(M1, b'{"object":')))[0] == 400

    reading = await disk.journal.read()
    assert reading is not None
    event, *letters = sorted(reading.records, key=lambda record: record.kind)
    assert [letter.kind for letter in letters] == [Kind.LETTER] * 2
    assert EVENT.validate_json(event.body).account_id == "meta-1"
    assert {DeadLetter.model_validate_json(letter.body).account_id for letter in letters} == {"meta-1"}


async def test_with_neither_broker_nor_disk_the_provider_is_asked_to_come_again(
    gateway: Gateway, disk: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.parts.said, "publish", away)
    monkeypatch.setattr(disk.journal, "_most_bytes", 0)
    request = text()
    answer = await gateway.client.post(request.path, data=request.body, headers=request.headers)

    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert "amqp" not in await answer.text()
    assert gateway.metric("switchboard_webhooks_total", provider="meta", answer="503") == 1


async def test_what_is_neither_a_message_nor_a_status_travels_as_a_notice(gateway: Gateway) -> None:
    change = {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}
    body = {"object": "whatsapp_business_account", "entry": [{"id": M1.waba_id, "changes": [change]}]}
    await gateway.send(meta.signed(M1, meta.encode(body)))
    assert [type(event) for event in gateway.parts.said.events] == [NoticeReceived]


async def test_concurrent_requests_are_published_together(gateway: Gateway) -> None:
    requests = [text(message_id=f"wamid.{n}") for n in range(20)]
    answers = await asyncio.gather(*(gateway.send(request) for request in requests))

    assert {status for status, _ in answers} == {200}
    assert len(gateway.parts.said.events) == 20
    assert len(gateway.parts.said.published) < 20


async def test_an_account_has_a_domain_of_its_own(gateway: Gateway) -> None:
    await gateway.parts.configure(TWILIO.model_copy(update={"domain": "https://own.example.test"}))
    own = T1.model_copy(update={"url": "https://own.example.test/webhooks/twilio/T1"})
    assert (await gateway.send(twilio.request(own, twilio.text(own, WHO, "SM1", "x"))))[0] == 200
    assert (await gateway.send(twilio.request(T1, twilio.text(T1, WHO, "SM2", "x"))))[0] == 403


async def test_links_to_files_are_looked_up_as_such_and_not_as_webhooks(gateway: Gateway) -> None:
    async with gateway.client.get("/files/forged") as answer:
        assert (answer.status, (await answer.json())["detail"]) == (
            404,
            "there is no such file, or its URL has expired",
        )
