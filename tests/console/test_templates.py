"""Templates over the API."""

import pytest

from contracts.outbound import TemplateStatus
from contracts.topology import WORK
from tests.console.conftest import NOW, Console
from tests.runtime.store.test_templates import template


@pytest.fixture
async def desk(shop: Console) -> Console:
    await shop.account(id="shop")
    shop.publisher.published.clear()
    return shop


async def test_the_templates_of_an_account_are_listed_by_status(desk: Console) -> None:
    empty = (await desk.call("GET", "/api/accounts/shop/templates")).json
    assert empty == {"items": [], "synchronised_at": None, "fault": ""}

    rejected = template("b", status=TemplateStatus.REJECTED)
    await desk.dependencies.templates.replace("shop", [template("a"), rejected], NOW)
    every = (await desk.call("GET", "/api/accounts/shop/templates")).json
    some = (await desk.call("GET", "/api/accounts/shop/templates?status=rejected")).json
    assert [item["name"] for item in every["items"]] == ["a", "b"]
    assert some["items"] == [rejected.model_dump(mode="json")]
    assert every["synchronised_at"] == "2026-03-14T09:26:53Z"
    assert (await desk.call("GET", "/api/accounts/shop/templates?status=best")).status == 422


async def test_why_they_could_not_be_read_is_told(desk: Console) -> None:
    await desk.dependencies.templates.note_fault("shop", "The token is wrong.", NOW)
    assert (await desk.call("GET", "/api/accounts/shop/templates")).json["fault"] == "The token is wrong."


async def test_a_sender_is_asked_to_read_them(desk: Console) -> None:
    answer = await desk.call("POST", "/api/accounts/shop/templates/synchronise")
    assert answer.status == 202
    (errand,) = desk.publisher.on(WORK)
    assert errand == {
        "type": "synchronise_templates",
        "correlation_id": answer.json["correlation_id"],
        "account_id": "shop",
    }


async def test_an_account_that_is_not_there_has_no_templates(desk: Console) -> None:
    for method, path in (("GET", "templates"), ("POST", "templates/synchronise")):
        assert (await desk.call(method, f"/api/accounts/nowhere/{path}")).status == 404
