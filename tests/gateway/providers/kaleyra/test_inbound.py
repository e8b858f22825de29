"""What the fixtures cannot say of Kaleyra's callbacks: repeated ones, odd URLs, and whom an item is for."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.messages import InboundMessage
from gateway.providers.kaleyra.provider import PROVIDER
from gateway.providers.seam import BadItem, Item, Notice, Webhook
from tests.gateway.providers.conformance import RECEIVED_AT, Fixture, fixtures_of
from tests.gateway.providers.kaleyra.sample import ACCOUNT, NUMBER, PHONE, STRANGER, URL, WABA_ID

PARAMETERS = "created_at=1767225600&type=text&from=15550001111&body=how+are+you%3F&wanumber=15550002222"
FIXTURES = {fixture.case: fixture for fixture in fixtures_of("kaleyra")}
WRAPPED = [
    fixture
    for fixture in FIXTURES.values()
    if isinstance(fixture.expected, list)
    and [next(iter(item)) for item in fixture.expected] == ["message"]
    and "meta_object" in fixture.request.get("json", ())
]
BAD: list[Any] = [None, 7, "x", [], {}, {"id": "x", "type": "text"}, {"type": {}}, {"from": 1, "id": [], "type": "x"}]


def got(url: str) -> Webhook:
    return Webhook("GET", url, {}, b"", RECEIVED_AT)


def message_of(webhook: Webhook) -> InboundMessage:
    (item,) = PROVIDER.parse(webhook).items
    assert isinstance(item.what, InboundMessage)
    return item.what


@pytest.mark.parametrize("url", [f"{NUMBER.webhook_url}&{PARAMETERS}", f"{NUMBER.webhook_url}?{PARAMETERS}"])
def test_parameters_behind_the_secret_are_read_however_they_were_put_there(url: str) -> None:
    plain = got(f"{URL}?{PARAMETERS}")
    assert PROVIDER.parse(got(url)) == PROVIDER.parse(plain)
    assert message_of(plain).content.model_dump() == {"kind": "text", "text": "how are you?"}


@pytest.mark.parametrize("query", [f"a=1&{PROVIDER.callback_query(ACCOUNT)}&{PARAMETERS}", "a=1"])
def test_parameters_before_the_secret_are_read_too(query: str) -> None:
    (item,) = PROVIDER.parse(got(f"{URL}?{query}")).items
    assert isinstance(item.what, InboundMessage if "from" in query else Notice)


def test_the_same_callback_sent_again_is_the_same_message_whatever_signs_its_link() -> None:
    url = f"{URL}?{PARAMETERS}&media_url=https%3A%2F%2Fm.example.test%2Fa%3Fsigned%3D"
    again = replace(got(url + "2"), received_at=RECEIVED_AT.replace(hour=5))
    assert message_of(got(url + "1")).provider_id == message_of(again).provider_id


@pytest.mark.parametrize("changed", ["from=15550001112", "created_at=1767225601", "body=hello", "location=x"])
def test_a_callback_that_says_something_else_is_another_message(changed: str) -> None:
    other = message_of(got(f"{URL}?{changed}&{PARAMETERS}"))
    assert other.provider_id != message_of(got(f"{URL}?{PARAMETERS}")).provider_id


def test_the_same_words_at_another_time_are_another_message_even_where_the_template_tells_no_time() -> None:
    webhook = got(f"{URL}?from=15550001111&body=yes")
    later = replace(webhook, received_at=RECEIVED_AT.replace(hour=5))
    assert message_of(webhook).provider_id != message_of(later).provider_id


@pytest.mark.parametrize("fixture", WRAPPED, ids=[fixture.case for fixture in WRAPPED])
def test_a_good_message_between_bad_ones_keeps_its_place(fixture: Fixture) -> None:
    body = fixture.request["json"]
    value = body["meta_object"]["value"]
    crowded = {**value, "messages": [*BAD, *value["messages"], *BAD]}
    whole = {"extra_info": body.get("extra_info"), "meta_object": {"field": "messages", "value": crowded}}
    items = PROVIDER.parse(Fixture("kaleyra", "crowded", {"json": whole}, []).webhook(URL)).items
    kinds = [type(item.what) for item in items if not isinstance(item.what, Notice)]
    assert kinds == [*[BadItem] * len(BAD), InboundMessage, *[BadItem] * len(BAD)]


def test_several_bodies_in_one_list_are_all_taken() -> None:
    bodies = [fixture.request["json"] for fixture in WRAPPED]
    items = PROVIDER.parse(Fixture("kaleyra", "all", {"json": bodies}, []).webhook(URL)).items
    alone = [item for fixture in WRAPPED for item in PROVIDER.parse(fixture.webhook(URL)).items]
    assert list(items) == alone


NOTICE = Notice(kind="account_update", raw={})


@pytest.mark.parametrize(
    ("item", "belongs"),
    [
        (Item(what=NOTICE, address=PHONE, owner=WABA_ID), True),
        (Item(what=NOTICE, address=PHONE), True),
        (Item(what=NOTICE, owner=WABA_ID), True),
        (Item(what=NOTICE), True),
        (Item(what=NOTICE, address="+15550009999", owner=WABA_ID), False),
        (Item(what=NOTICE, address=PHONE, owner="100000000000009"), False),
    ],
)
def test_an_item_belongs_unless_it_names_another_number_or_business(item: Item, belongs: bool) -> None:
    assert PROVIDER.belongs(item, ACCOUNT) is belongs


def test_an_item_that_names_one_account_never_belongs_to_another() -> None:
    assert not PROVIDER.belongs(Item(what=NOTICE, address=PHONE, owner=WABA_ID), STRANGER)
