"""Where customers' files are fetched, and who gets to see the credentials."""

import pytest

from contracts.content import Media
from contracts.messages import FailureKind
from gateway.providers.delivery import Download, HttpCall, Refused
from gateway.providers.twilio.provider import PROVIDER
from runtime.sandbox.seam import ApiAnswer, SandboxFile
from runtime.sandbox.twilio import PLAYED
from tests.gateway.providers.twilio.driver import API, PLAYED_NUMBER, SENDER, drive, played_by
from tests.gateway.providers.twilio.sample import ACCOUNT

FILE = SandboxFile(media_id="ME1", mime_type="application/pdf", filename="receipt.pdf", content=b"%PDF")
AT_TWILIO = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT.credentials['account_sid']}/Messages/MM1/Media/ME1"


def located(url: str | None) -> Download:
    media = Media(kind="document", url=url, mime_type="application/pdf", filename="contact.vcf")
    return drive(PROVIDER.locate(media, SENDER), unasked).result


def unasked(call: HttpCall) -> ApiAnswer:
    raise AssertionError(f"{call.method} {call.url} was not needed")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (AT_TWILIO, "api.twilio.com"),
        (f"{API}/x", "sandbox.example.test"),
        ("https://mcs.us1.twilio.com/x", "mcs.us1.twilio.com"),
    ],
)
def test_a_file_at_twilio_is_fetched_with_the_credentials_and_only_its_host_gets_them(url: str, host: str) -> None:
    found = located(url)
    assert (found.call.method, found.call.url, found.hosts) == ("GET", url, (host,))
    assert found.call.basic == (ACCOUNT.credentials["account_sid"], "tw_test_token_0001")
    assert not found.call.effect
    assert (found.mime_type, found.filename) == ("application/pdf", "contact.vcf")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.twilio.com/x",
        "https://api.twilio.com.evil.test/x",
        "https://eviltwilio.com/x",
        "https://api.twilio.com@evil.test/x",
        "https://api.twilio.com:8443/x",
        "http://sandbox.example.test/x",
        "https://[::1/x",
        "https://h.test:port/x",
    ],
)
def test_a_file_elsewhere_is_fetched_without_credentials(url: str) -> None:
    found = located(url)
    assert found.call.basic is None
    assert found.hosts == ()


def test_a_file_without_a_url_cannot_be_had() -> None:
    with pytest.raises(Refused) as refusal:
        located(None)
    assert refusal.value.reason.kind is FailureKind.MEDIA


def test_the_played_provider_sends_who_fetches_a_file_on_to_its_storage() -> None:
    answer = played_by(files={"ME1": FILE})
    found = located(PLAYED.file_url(PLAYED_NUMBER, "ME1"))
    redirect = answer(found.call)
    assert redirect.status == 307
    stored = answer(HttpCall("GET", redirect.headers["Location"]))
    assert (stored.status, stored.body, stored.headers["Content-Type"]) == (200, b"%PDF", "application/pdf")
    assert stored.headers["Content-Disposition"] == 'inline; filename="receipt.pdf"'


def test_a_file_that_is_gone_is_not_found() -> None:
    assert played_by()(located(PLAYED.file_url(PLAYED_NUMBER, "ME1")).call).status == 404
