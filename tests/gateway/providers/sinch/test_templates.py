"""Templates as the Provisioning API lists them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.outbound import TemplateStatus
from gateway.providers.delivery import Refused, TryLater
from gateway.providers.sinch.provider import PROVIDER
from gateway.providers.sinch.templates import MOST_PAGES
from tests.gateway.providers.sinch.driving import TOKEN, Sandbox, drive, reply
from tests.gateway.providers.sinch.sample import ACCOUNT


def test_templates_are_read_with_their_parts() -> None:
    found = {template.name: template for template in Sandbox().drive(PROVIDER.templates(ACCOUNT))}
    order = found["order_update"]
    assert (order.id, order.language, order.template_id) == (
        "account-1:order_update:en_US",
        "en_US",
        "900000000000001",
    )
    assert (order.header, order.header_media, order.footer) == ("", "image", "Thank you")
    assert (order.parameters, order.button_parameters) == (("1", "2"), (1,))
    assert [button["text"] for button in order.buttons] == ["Confirm", "Track", "Cancel"]
    assert (found["welcome"].header, found["welcome"].body) == ("Hi", "Welcome")
    assert {name: template.status for name, template in found.items()} == {
        "order_update": TemplateStatus.APPROVED,
        "recontact": TemplateStatus.APPROVED,
        "summer_sale": TemplateStatus.PAUSED,
        "welcome": TemplateStatus.PENDING,
    }


def entry(name: str, **more: object) -> dict[str, Any]:
    return {"name": name, "language": "en", **more}


def test_page_after_page_is_asked_for() -> None:
    pages = [
        reply(200, {"templates": [entry("a")], "nextPageToken": "2"}, date="Thu, 01 Jan 2026 00:00:00 GMT"),
        reply(200, {"templates": [entry("b"), 7, {}, {"name": "c"}]}),
    ]
    found, calls = drive(PROVIDER.templates(ACCOUNT), [TOKEN, pages[0], TOKEN, pages[1]])
    assert [template.name for template in found] == ["a", "b"]
    assert [call.query.get("pageToken") for call in calls[1::2]] == [None, "2"]
    assert found[0].synchronised_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert found[0].status is TemplateStatus.UNKNOWN


def test_a_list_without_end_is_left_at_some_page() -> None:
    page = reply(200, {"templates": [], "nextPageToken": "again"})
    _, calls = drive(PROVIDER.templates(ACCOUNT), [TOKEN, page] * MOST_PAGES)
    assert len(calls) == 2 * MOST_PAGES


@pytest.mark.parametrize(("status", "error"), [(403, Refused), (500, TryLater), (502, TryLater)])
def test_a_list_that_cannot_be_had_says_why(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        drive(PROVIDER.templates(ACCOUNT), [TOKEN, reply(status)])


@pytest.mark.parametrize("body", [[], {"templates": 7}, {"templates": [{"name": 7, "language": "en"}]}, {}])
def test_a_list_of_another_shape_holds_nothing(body: object) -> None:
    found, _ = drive(PROVIDER.templates(ACCOUNT), [TOKEN, reply(200, body)])
    assert found == ()


@pytest.mark.parametrize(
    "odd",
    [
        {"details": 7},
        {"details": {"components": [7, {"type": 7}, {"type": "BUTTONS", "buttons": 7}]}},
        {"changes": 7},
        {"changes": {"details": {"components": "x"}}},
        {"category": 7, "state": []},
    ],
)
def test_parts_of_another_shape_are_left_out(odd: dict[str, Any]) -> None:
    found, _ = drive(PROVIDER.templates(ACCOUNT), [TOKEN, reply(200, {"templates": [entry("a", **odd)]})])
    assert [(one.name, one.body, one.buttons, one.status) for one in found] == [("a", "", (), TemplateStatus.UNKNOWN)]
