"""What the fixtures cannot say of Meta's webhooks: good and bad items beside one another, and whom an item is for."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts.content import Content
from contracts.messages import InboundMessage
from gateway.providers.meta.content import READERS
from gateway.providers.meta.inbound import STATES
from gateway.providers.meta.provider import PROVIDER
from gateway.providers.seam import BadItem, Item, Notice
from tests.gateway.providers.conformance import Fixture, fixtures_of
from tests.gateway.providers.meta.sample import ACCOUNT, STRANGER, URL

BAD: list[Any] = [
    None,
    7,
    "x",
    [],
    {},
    {"id": "x", "type": "text"},
    {"type": {}},
    {"from": 1, "id": [], "type": "text"},
]
GOOD = [
    fixture
    for fixture in fixtures_of("meta")
    if isinstance(fixture.expected, list) and len(fixture.expected) == 1 and "message" in fixture.expected[0]
]
WITH_JSON = [fixture for fixture in GOOD if "json" in fixture.request]


@pytest.mark.parametrize("fixture", WITH_JSON, ids=[fixture.case for fixture in WITH_JSON])
def test_a_good_message_between_bad_ones_keeps_its_place(fixture: Fixture) -> None:
    value = fixture.request["json"]["entry"][0]["changes"][0]["value"]
    crowded = {**value, "messages": [*BAD, *value["messages"], *BAD]}
    change = {"field": "messages", "value": crowded}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    items = PROVIDER.parse(Fixture("meta", "crowded", {"json": body}, []).webhook(URL)).items
    kinds = [type(item.what) for item in items]
    assert kinds == [*[BadItem] * len(BAD), InboundMessage, *[BadItem] * len(BAD)]
    assert items[len(BAD)].what == PROVIDER.parse(fixture.webhook(URL)).items[0].what


def test_a_thousand_updates_in_one_webhook_are_all_taken_in_order() -> None:
    fixture = next(fixture for fixture in GOOD if fixture.case == "text")
    body = fixture.request["json"]
    value = body["entry"][0]["changes"][0]["value"]
    many = [{**value["messages"][0], "id": f"wamid.{number}"} for number in range(1000)]
    change = {"field": "messages", "value": {**value, "messages": many}}
    whole = {**body, "entry": [{"id": "1", "changes": [change]}]}
    items = PROVIDER.parse(Fixture("meta", "many", {"json": whole}, []).webhook(URL)).items
    ids = [item.what.provider_id for item in items if isinstance(item.what, InboundMessage)]
    assert ids == [f"wamid.{number}" for number in range(1000)]


NOTICE = Notice(kind="account_update", raw={})
BROKEN = BadItem(reason="broken", raw="x")


@pytest.mark.parametrize(
    ("item", "belongs"),
    [
        (Item(what=NOTICE, address="200000000000002", owner="100000000000001"), True),
        (Item(what=NOTICE, address="200000000000002"), True),
        (Item(what=NOTICE, owner="100000000000001"), True),
        (Item(what=NOTICE, address="200000000000002", owner="100000000000003"), False),
        (Item(what=NOTICE, address="200000000000004", owner="100000000000001"), False),
        (Item(what=NOTICE, owner="100000000000003"), False),
        (Item(what=NOTICE), False),
        (Item(what=BROKEN), False),
        (Item(what=BROKEN, owner="100000000000001"), True),
        (Item(what=BROKEN, owner="100000000000003"), False),
    ],
)
def test_an_item_belongs_to_the_number_and_the_business_account_that_it_names(item: Item, belongs: bool) -> None:
    assert PROVIDER.belongs(item, ACCOUNT) is belongs


def test_an_item_for_one_account_never_belongs_to_another() -> None:
    item = Item(what=NOTICE, address="200000000000002", owner="100000000000001")
    assert not PROVIDER.belongs(item, STRANGER)


EXPECTED = [item for fixture in fixtures_of("meta") if isinstance(fixture.expected, list) for item in fixture.expected]


def test_every_type_of_message_that_is_known_has_a_fixture() -> None:
    values = [fixture.request["json"]["entry"][0]["changes"][0]["value"] for fixture in WITH_JSON]
    assert {*READERS} <= {message["type"] for value in values for message in value["messages"]}


def test_every_status_that_is_known_has_a_fixture() -> None:
    assert {*STATES} == {item["status"]["provider_state"] for item in EXPECTED if "status" in item}


def test_every_kind_of_content_comes_out_of_a_fixture() -> None:
    kinds = {item["message"]["content"]["kind"] for item in EXPECTED if "message" in item}
    assert kinds == {*TypeAdapter(Content).json_schema()["discriminator"]["mapping"]}
