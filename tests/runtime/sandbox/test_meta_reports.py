"""What the sandbox's Meta tells of our messages is read by the gateway as it is meant."""

import json
from datetime import UTC, datetime

import pytest

from contracts.messages import DeliveryState, FailureKind, MessageStatus
from gateway.providers.meta.provider import PROVIDER
from gateway.providers.seam import Webhook
from runtime.sandbox.meta import PLAYED
from runtime.sandbox.requests import SignedRequest
from runtime.sandbox.seam import Accepted
from tests.gateway.providers.meta.driver import PLAYED_NUMBER

AT = datetime(2026, 1, 1, tzinfo=UTC)
SENT = Accepted("wamid.OUT1", "ours-1", "+15550001111", "text", "hi", {})


def status(request: SignedRequest) -> MessageStatus:
    webhook = Webhook(method="POST", url="", headers=request.headers, body=request.body, received_at=AT)
    (item,) = PROVIDER.parse(webhook).items
    assert isinstance(item.what, MessageStatus)
    return item.what


@pytest.mark.parametrize(
    "state", [DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED]
)
def test_a_status_is_read_as_it_is_reported(state: DeliveryState) -> None:
    got = status(PLAYED.reports(PLAYED_NUMBER, SENT, state, AT))
    assert (got.provider_id, got.contact_key, got.state, got.reference) == (
        "wamid.OUT1",
        "+15550001111",
        state,
        "ours-1",
    )
    assert got.occurred_at == AT
    assert (got.reason is not None) is (state is DeliveryState.FAILED)


def test_a_failure_has_the_code_that_was_asked_for() -> None:
    reason = status(PLAYED.reports(PLAYED_NUMBER, SENT, DeliveryState.FAILED, AT, "131047")).reason
    assert reason is not None
    assert (reason.code, reason.title, reason.kind) == (
        "131047",
        "Re-engagement message",
        FailureKind.WINDOW_CLOSED,
    )


def test_a_status_of_a_customer_without_a_number_names_the_user_id() -> None:
    hidden = Accepted("wamid.OUT1", None, "US.1349", "text", "hi", {})
    got = status(PLAYED.reports(PLAYED_NUMBER, hidden, DeliveryState.SENT, AT))
    assert (got.contact_key, got.reference) == ("US.1349", None)


def test_a_status_tells_what_the_message_costs_and_how_long_the_conversation_is_open() -> None:
    request = PLAYED.reports(PLAYED_NUMBER, SENT, DeliveryState.SENT, AT)
    (told,) = json.loads(request.body)["entry"][0]["changes"][0]["value"]["statuses"]
    assert told["pricing"] == {"billable": False, "pricing_model": "PMP", "category": "service"}
    assert told["conversation"]["expiration_timestamp"] == "1767312000"


@pytest.mark.parametrize(
    ("state", "code"),
    [(DeliveryState.QUEUED, None), (DeliveryState.UNCONFIRMED, None), (DeliveryState.FAILED, "much")],
)
def test_what_meta_does_not_report_is_refused(state: DeliveryState, code: str | None) -> None:
    with pytest.raises(ValueError, match="Meta"):
        PLAYED.reports(PLAYED_NUMBER, SENT, state, AT, code)
