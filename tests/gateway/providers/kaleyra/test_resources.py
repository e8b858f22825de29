"""Checking credentials, finding files, reading templates."""

from collections.abc import Callable
from datetime import UTC, datetime

import orjson
import pytest

from contracts.content import Media
from contracts.messages import FailureKind
from contracts.outbound import TemplateStatus
from gateway.providers.delivery import HttpCall, HttpReply, Refused, TryLater
from gateway.providers.kaleyra.provider import PROVIDER
from tests.gateway.providers.kaleyra.driver import AT, Kaleyra, always, drive
from tests.gateway.providers.kaleyra.sample import ACCOUNT, API_URL, STRANGER, WABA_ID

HEX = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
BASE64 = "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="


def test_a_check_says_what_the_key_opens() -> None:
    kaleyra = Kaleyra()
    assert WABA_ID in drive(PROVIDER.check(ACCOUNT), kaleyra)
    assert not kaleyra.calls[0].effect


def test_a_check_with_a_wrong_key_is_refused() -> None:
    secrets = {"api_key": STRANGER.secrets["bearer_token"]}
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.check(ACCOUNT.model_copy(update={"secrets": secrets})), Kaleyra())
    assert (refusal.value.reason.code, refusal.value.reason.kind) == ("RBC001", FailureKind.CREDENTIALS)


@pytest.mark.parametrize(("given", "expected"), [(HEX, HEX), (HEX.upper(), HEX), (BASE64, HEX), ("eA==", None)])
def test_a_file_is_where_its_link_says_and_gets_no_credentials(given: str, expected: str | None) -> None:
    media = Media(kind="image", url="https://media.example.test/a", mime_type="image/jpeg", sha256=given)
    download = drive(PROVIDER.locate(media, ACCOUNT), always(500))
    assert (download.call, download.hosts) == (HttpCall("GET", "https://media.example.test/a"), ())
    assert (download.mime_type, download.sha256) == ("image/jpeg", expected)


def test_a_file_without_a_link_cannot_be_had() -> None:
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.locate(Media(kind="image", media_id="3000"), ACCOUNT), always(500))
    assert refusal.value.reason.kind is FailureKind.MEDIA


def test_templates_are_read_with_their_parameters_and_buttons() -> None:
    order, promotion = drive(PROVIDER.templates(ACCOUNT), Kaleyra())
    assert (order.id, order.status) == ("account-1:order_update:en", TemplateStatus.APPROVED)
    assert (order.header, order.footer, order.parameters) == ("Order {{1}}", "Sandbox", ("1", "2"))
    assert (order.header_parameters, order.header_media, order.button_parameters) == (("1",), None, (1,))
    assert [button["type"] for button in order.buttons] == ["QUICK_REPLY", "URL"]
    assert (promotion.name, promotion.status, promotion.category) == (
        "promotion",
        TemplateStatus.REJECTED,
        "MARKETING",
    )
    assert order.synchronised_at == AT


def pages(*answers: object) -> tuple[list[dict[str, str]], Callable[[HttpCall], HttpReply]]:
    """One answer after the other, and the queries that asked for them."""
    queries: list[dict[str, str]] = []

    def answer(call: HttpCall) -> HttpReply:
        queries.append(call.query)
        return HttpReply(200, {}, orjson.dumps(answers[len(queries) - 1]))

    return queries, answer


def test_templates_are_read_page_after_page() -> None:
    one, two = ({"name": name, "language": "en_US", "status": "paused"} for name in ("one", "two"))
    following = {"next": "https://x", "cursors": {"after": "c1"}}
    queries, answer = pages({"data": [one], "paging": following}, {"data": [two], "paging": {"cursors": {}}})
    found = drive(PROVIDER.templates(ACCOUNT), answer)
    assert [(template.name, template.status) for template in found] == [("one", "paused"), ("two", "paused")]
    assert queries == [{"limit": "100"}, {"limit": "100", "after": "c1"}]


def test_a_cursor_that_stands_still_ends_the_reading() -> None:
    page = {"data": [{"name": "one", "language": "en"}], "paging": {"next": "https://x", "cursors": {"after": "c1"}}}
    queries, answer = pages(page, page, page)
    assert len(drive(PROVIDER.templates(ACCOUNT), answer)) == 2
    assert len(queries) == 2


def test_what_is_no_template_is_left_out() -> None:
    odd = [None, {}, {"name": 7, "language": "en"}, {"name": "x"}, {"components": 3}]
    _, answer = pages({"data": [*odd, {"name": "one", "language": "en", "status": 3, "components": [None, 7]}]})
    (found,) = drive(PROVIDER.templates(ACCOUNT), answer)
    assert (found.name, found.status) == ("one", TemplateStatus.UNKNOWN)
    assert found.synchronised_at == datetime.fromtimestamp(0, UTC)


@pytest.mark.parametrize(("status", "error"), [(429, TryLater), (403, Refused), (502, TryLater), (200, TryLater)])
def test_templates_that_cannot_be_read_are_said_so(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        drive(PROVIDER.templates(ACCOUNT), always(status))
    with pytest.raises(error):
        drive(PROVIDER.check(ACCOUNT), always(status))


def test_the_templates_are_those_of_the_business_account() -> None:
    kaleyra = Kaleyra()
    drive(PROVIDER.templates(ACCOUNT), kaleyra)
    assert kaleyra.calls[0].url == f"{API_URL}/v2/HXAP1600000000IN/whatsapp/{WABA_ID}/message_templates"
