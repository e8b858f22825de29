"""Templates as Meta lists them, and where customers' files are."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from contracts.content import Media
from contracts.messages import FailureKind
from contracts.outbound import TemplateStatus
from gateway.providers.delivery import Download, HttpCall, HttpReply, Refused
from gateway.providers.meta.provider import PROVIDER
from runtime.sandbox.seam import SandboxFile
from tests.gateway.providers.meta.driver import SENDER, TOKEN, Meta, drive, says

CONTENT = b"a photograph"
DIGEST = sha256(CONTENT).hexdigest()
BASE64 = "oknofh5hE9qBzdihVMIiKD+8zv9t03J6Y7+X7uVi37M="
FILE = SandboxFile("300000000000003", "image/jpeg", "", CONTENT)
META_URL = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"
DATE = "Thu, 01 Jan 2026 00:00:30 GMT"


def located(media: Media, reply: dict[str, object]) -> Download:
    return drive(PROVIDER.locate(media, SENDER), says(200, reply))


def test_all_templates_are_read_with_what_a_composer_needs() -> None:
    meta = Meta()

    def dated(call: HttpCall) -> HttpReply:
        reply = meta(call)
        return HttpReply(reply.status, {**reply.headers, "date": DATE}, reply.body)

    templates = {template.id: template for template in drive(PROVIDER.templates(SENDER), dated)}
    assert len(templates) == 6
    order = templates["account-1:order_update:en_US"]
    assert (order.header, order.header_media, order.header_parameters) == ("", "image", ())
    assert (order.parameters, order.button_parameters, order.category) == (("1", "2"), (1,), "utility")
    assert (order.footer, order.template_id) == ("Test shop", "500000000000002")
    assert [button["type"] for button in order.buttons] == ["QUICK_REPLY", "URL", "PHONE_NUMBER"]
    assert order.synchronised_at == datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC)
    appointment = templates["account-1:appointment:en_US"]
    assert (appointment.header, appointment.header_media) == ("{{place}}", None)
    assert (appointment.header_parameters, appointment.parameters) == (("place",), ("name", "day"))
    assert appointment.button_parameters == (0,)
    assert {template.status for template in templates.values()} == {
        TemplateStatus.APPROVED,
        TemplateStatus.PENDING,
        TemplateStatus.PAUSED,
        TemplateStatus.REJECTED,
    }


def test_the_pages_of_the_list_are_asked_for_by_their_cursors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.providers.meta.templates.PAGE_SIZE", "4")
    meta = Meta()
    templates = drive(PROVIDER.templates(SENDER), meta)
    assert len(templates) == 6
    assert [call.query.get("after") for call in meta.calls] == [None, "4"]
    assert len({call.url for call in meta.calls}) == 1


def test_a_list_that_leads_in_circles_ends() -> None:
    page = {"data": [{"name": "a", "language": "en"}], "paging": {"next": "x", "cursors": {"after": "1"}}}
    templates = drive(PROVIDER.templates(SENDER), says(200, page))
    assert [template.name for template in templates] == ["a", "a"]


def test_an_entry_of_the_list_that_cannot_be_read_costs_no_other_its_place() -> None:
    entries: list[object] = [
        None,
        {"name": "a"},
        {"name": "b", "language": "en", "status": "LIMIT_EXCEEDED", "components": ["x", {"type": 1}, {"type": "BODY"}]},
    ]
    (template,) = drive(PROVIDER.templates(SENDER), says(200, {"data": entries}, {"date": "yesterday"}))
    assert (template.name, template.status, template.body) == ("b", TemplateStatus.UNKNOWN, "")


def test_a_file_is_looked_up_by_its_id_and_fetched_with_the_token() -> None:
    meta = Meta(files={FILE.media_id: FILE})
    media = Media(kind="image", media_id=FILE.media_id, url="https://old.example.test", filename="a.jpg")
    download = drive(PROVIDER.locate(media, SENDER), meta)
    assert meta.calls[0].query == {"phone_number_id": "200000000000002"}
    assert (download.mime_type, download.filename, download.sha256) == ("image/jpeg", "a.jpg", DIGEST)
    assert (download.call.url, download.hosts) == (
        "http://sandbox.example.test/meta/media/300000000000003",
        ("sandbox.example.test",),
    )
    assert meta(download.call).body == CONTENT


def test_the_digest_of_a_webhook_is_in_base64() -> None:
    media = Media(kind="image", media_id="1", sha256=BASE64)
    assert located(media, {"url": META_URL}).sha256 == DIGEST
    assert located(media, {"url": META_URL, "sha256": DIGEST.upper()}).sha256 == DIGEST
    assert located(media.model_copy(update={"sha256": "c2hvcnQ="}), {"url": META_URL}).sha256 is None
    assert located(media.model_copy(update={"sha256": "é"}), {"url": META_URL}).sha256 is None


def test_a_file_that_has_no_id_is_fetched_by_its_url() -> None:
    media = Media(kind="image", url=META_URL, mime_type="image/png")
    conversation = PROVIDER.locate(media, SENDER)
    with pytest.raises(StopIteration) as end:
        next(conversation)
    download: Download = end.value.value
    assert (download.call.url, download.hosts, download.mime_type) == (
        META_URL,
        ("lookaside.fbsbx.com",),
        "image/png",
    )


@pytest.mark.parametrize(
    ("url", "is_trusted"),
    [
        (META_URL, True),
        ("https://scontent.whatsapp.net/x", True),
        ("https://facebook.com/x", True),
        ("http://lookaside.fbsbx.com/x", False),
        ("https://evil-fbsbx.com/x", False),
        ("https://fbsbx.com.example.test/x", False),
        ("https://fbsbx.com@example.test/x", False),
        ("http://sandbox.example.test/other", True),
        ("http://sandbox.example.test:81/other", False),
        ("https://example.test/x", False),
        ("nonsense", False),
    ],
)
def test_the_token_goes_to_meta_and_to_nobody_else(url: str, is_trusted: bool) -> None:
    download = located(Media(kind="image", media_id="1"), {"url": url})
    assert (TOKEN in str(download.call.headers)) is is_trusted
    assert bool(download.hosts) is is_trusted


@pytest.mark.parametrize("media", [Media(kind="image", media_id="404"), Media(kind="image")])
def test_a_file_that_is_gone_is_refused_as_such(media: Media) -> None:
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.locate(media, SENDER), Meta())
    assert refusal.value.reason.kind is FailureKind.MEDIA
    assert refusal.value.reason.sentence


def test_a_file_that_the_token_may_not_see_is_not_taken_for_one_that_is_gone() -> None:
    with pytest.raises(Refused) as refusal:
        drive(PROVIDER.locate(Media(kind="image", media_id="1"), SENDER), says(403, {"error": {"code": 10}}))
    assert refusal.value.reason.kind is FailureKind.CREDENTIALS
