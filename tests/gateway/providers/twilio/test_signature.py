"""Twilio's signature, by the vectors of its description and of its SDK."""

import base64
import hmac
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from contracts.accounts import Account
from gateway.providers.seam import Item, Notice, Verdict, Webhook
from gateway.providers.twilio.provider import PROVIDER
from gateway.providers.twilio.signature import url_variants
from tests.gateway.providers.twilio.sample import ACCOUNT

FORM = "application/x-www-form-urlencoded"
SDK_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
SDK_FORM = urlencode(
    {
        "CallSid": "CA1234567890ABCDE",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
        "Caller": "+14158675309",
    }
)
SDK_SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
SDK_SIGNATURE_WITH_PORT = "kvajT1Ptam85bY51eRf/AJRuM3w="
SDK_REPEATED = "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234"
SDK_JSON = '{"property": "value", "boolean": true}'
SDK_JSON_URL = f"{SDK_URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
SDK_JSON_SIGNATURE = "a9nBmqA0ju/hNViExpshrM61xv4="

OWN_URL = "https://hooks.example.test/webhooks/twilio/inbound?acc=a1"
OWN_FORM = (
    "SmsMessageSid=SM00000000000000000000000000000001&NumMedia=0&ProfileName=Zo%C3%AB+Test&MessageType=text"
    "&SmsSid=SM00000000000000000000000000000001&WaId=15550001111&SmsStatus=received"
    "&Body=Hello+%26+welcome+%2B+1+%E2%82%AC&To=whatsapp%3A%2B15550002222&NumSegments=1&ReferralNumMedia=0"
    "&MessageSid=SM00000000000000000000000000000001&AccountSid=AC00000000000000000000000000000001"
    "&From=whatsapp%3A%2B15550001111&ApiVersion=2010-04-01"
)
OWN_JSON_URL = f"{OWN_URL}&bodySHA256=93a23971a914e5eacbf0a8d25154cda309c3c1c72fbb9914d47c60f3cb681588"
OWN_SIGNATURE = "SyIrhN28bgWpcXXSRF6yCVkOBdM="


def account(token: str, **others: str) -> Account:
    secrets = {"auth_token": token, **others}
    return ACCOUNT.model_copy(update={"secrets": {name: SecretStr(value) for name, value in secrets.items()}})


SDK = account("12345")
OWN = account("tw_test_token_0001")


def webhook(url: str, body: str | bytes, signature: str, content_type: str = FORM, method: str = "POST") -> Webhook:
    headers = {"X-Twilio-Signature": signature, **({"Content-Type": content_type} if content_type else {})}
    raw = body.encode() if isinstance(body, str) else body
    return Webhook(method=method, url=url, headers=headers, body=raw, received_at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("url", "body", "signature", "content_type", "by"),
    [
        (SDK_URL, SDK_FORM, SDK_SIGNATURE, FORM, SDK),
        (SDK_URL, SDK_FORM, SDK_SIGNATURE_WITH_PORT, FORM, SDK),
        (SDK_URL, SDK_REPEATED, "IK+Dwps556ElfBT0I3Rgjkr1wJU=", FORM, SDK),
        (SDK_JSON_URL, SDK_JSON, SDK_JSON_SIGNATURE, "application/json", SDK),
        (OWN_URL, OWN_FORM, OWN_SIGNATURE, FORM, OWN),
        (OWN_URL, OWN_FORM, OWN_SIGNATURE, f"{FORM.upper()} ; charset=UTF-8", OWN),
        (OWN_URL, OWN_FORM, "MdeDTPbH6kCrF8TH3qAhCsu8gVo=", FORM, OWN),
        (OWN_URL, "Body=&MessageSid=SM1", "DJsxLXJorlVL9vyhLhZjsUVgni0=", FORM, OWN),
        (OWN_JSON_URL, '{"hello":"world"}', "gRi6SHqu9xp4BG76jM0sDj/8owA=", "application/json", OWN),
        (OWN_JSON_URL, '{"hello":"world"}', "gRi6SHqu9xp4BG76jM0sDj/8owA=", "", OWN),
    ],
)
def test_the_vectors_are_genuine(url: str, body: str, signature: str, content_type: str, by: Account) -> None:
    assert PROVIDER.verify(webhook(url, body, signature, content_type), by) is Verdict.GENUINE


@pytest.mark.parametrize("port", ["", ":443"])
@pytest.mark.parametrize("signature", [SDK_SIGNATURE, SDK_SIGNATURE_WITH_PORT])
def test_the_port_may_be_in_the_url_or_in_the_signature_or_not(port: str, signature: str) -> None:
    url = SDK_URL.replace("mycompany.com", f"mycompany.com{port}")
    assert PROVIDER.verify(webhook(url, SDK_FORM, signature), SDK) is Verdict.GENUINE


@pytest.mark.parametrize(
    ("url", "variants"),
    [
        ("https://h.test/p?q=1:2", ("https://h.test:443/p?q=1:2", "https://h.test/p?q=1:2")),
        ("http://h.test", ("http://h.test:80", "http://h.test")),
        ("https://h.test:8443/p", ("https://h.test:8443/p", "https://h.test/p")),
        ("https://h.test?x=/:1@", ("https://h.test:443?x=/:1@", "https://h.test?x=/:1@")),
        ("https://u:p@h.test/p", ("https://u:p@h.test:443/p", "https://u:p@h.test/p")),
        ("https://u:p@h.test:1/p", ("https://u:p@h.test:1/p", "https://u:p@h.test/p")),
        ("https://[2001:db8::1]/p", ("https://[2001:db8::1]:443/p", "https://[2001:db8::1]/p")),
        ("https://[::1]:8443/p", ("https://[::1]:8443/p", "https://[::1]/p")),
        ("https://h.test/p#rc=5", ("https://h.test:443/p", "https://h.test/p")),
        ("https://h.test/a%2cb+c?z=", ("https://h.test:443/a%2cb+c?z=", "https://h.test/a%2cb+c?z=")),
    ],
)
def test_the_url_counts_with_and_without_its_port_and_is_otherwise_untouched(
    url: str, variants: tuple[str, ...]
) -> None:
    assert url_variants(url) == variants


def own_signature(data: str) -> str:
    return base64.b64encode(hmac.digest(b"tw_test_token_0001", data.encode(), "sha1")).decode()


def test_the_values_of_a_repeated_parameter_are_signed_once_each_in_their_order() -> None:
    body = "&".join(f"Digits={digit}" for digit in "8301726954830")
    in_order = "".join(f"Digits{digit}" for digit in "0123456789")
    assert PROVIDER.verify(webhook(OWN_URL, body, own_signature(OWN_URL + in_order)), OWN) is Verdict.GENUINE


def test_two_hashes_in_the_query_are_one_too_many() -> None:
    url = f"{OWN_JSON_URL}&bodySHA256={'0' * 64}"
    given = webhook(url, '{"hello":"world"}', own_signature(url), "application/json")
    assert PROVIDER.verify(given, OWN) is Verdict.FORGED


def test_the_order_in_which_the_parameters_come_does_not_count() -> None:
    turned = "&".join(reversed(OWN_FORM.split("&")))
    assert PROVIDER.verify(webhook(OWN_URL, turned, OWN_SIGNATURE), OWN) is Verdict.GENUINE


@pytest.mark.parametrize(
    "body",
    [
        OWN_FORM.replace("Hello", "Hallo"),
        OWN_FORM + "&Extra=",
        OWN_FORM.replace("NumMedia", "nummedia"),
        OWN_FORM.replace("Body=Hello", "Body=+Hello"),
        OWN_FORM + "&Body=Second",
        "",
    ],
)
def test_other_parameters_are_forged(body: str) -> None:
    assert PROVIDER.verify(webhook(OWN_URL, body, OWN_SIGNATURE), OWN) is Verdict.FORGED


@pytest.mark.parametrize(
    "url",
    [
        OWN_URL.replace("hooks", "other"),
        OWN_URL.replace("https", "http"),
        OWN_URL.replace("a1", "a2"),
        OWN_URL.partition("?")[0],
        OWN_URL + "&x=",
        OWN_URL.replace("example.test", "example.test:8443") + "&",
    ],
)
def test_another_url_is_forged(url: str) -> None:
    assert PROVIDER.verify(webhook(url, OWN_FORM, OWN_SIGNATURE), OWN) is Verdict.FORGED


# What Twilio signs for a URL alone; anybody who has seen one request by GET knows such a pair.
URL_ALONE = "https://hooks.example.test/webhooks/twilio/a1?Body=hi"
URL_ALONE_SIGNATURE = "k+eHcQnwy/cvX7pgMVyu8mfPGTk="


def test_a_get_is_signed_by_its_url_alone() -> None:
    given = webhook(URL_ALONE, b"", URL_ALONE_SIGNATURE, "", "GET")
    assert PROVIDER.verify(given, OWN) is Verdict.GENUINE
    assert PROVIDER.verify(replace(given, url=URL_ALONE + "!"), OWN) is Verdict.FORGED


@pytest.mark.parametrize(
    ("method", "body", "content_type"),
    [
        ("GET", "Body=evil", FORM),
        ("POST", "Body=evil", "text/plain"),
        ("POST", "Body=evil", "multipart/form-data; boundary=x"),
        ("POST", "Body=evil", ""),
        ("POST", '{"Body":"evil"}', "application/json"),
        ("POST", "", ""),
        ("PUT", "Body=evil", "text/plain"),
    ],
)
def test_a_body_that_the_signature_does_not_cover_is_forged(method: str, body: str, content_type: str) -> None:
    given = webhook(URL_ALONE, body, URL_ALONE_SIGNATURE, content_type, method)
    assert PROVIDER.verify(given, OWN) is Verdict.FORGED


def test_a_form_under_another_content_type_is_forged() -> None:
    assert PROVIDER.verify(webhook(OWN_URL, OWN_FORM, OWN_SIGNATURE, "text/plain"), OWN) is Verdict.FORGED


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (SDK_JSON_URL, SDK_JSON + " "),
        (SDK_JSON_URL, ""),
        (SDK_JSON_URL + "&bodySHA256=" + "0" * 64, SDK_JSON),
        (SDK_JSON_URL[:-1], SDK_JSON),
    ],
)
def test_json_whose_hash_is_another_one_is_forged(url: str, body: str) -> None:
    assert PROVIDER.verify(webhook(url, body, SDK_JSON_SIGNATURE, "application/json"), SDK) is Verdict.FORGED


@pytest.mark.parametrize("body", [b"Body=%FF", b"Body=\xff", b"&".join(b"a%d=" % n for n in range(2000))])
def test_a_form_that_twilio_cannot_have_written_is_forged(body: bytes) -> None:
    assert PROVIDER.verify(webhook(OWN_URL, body, OWN_SIGNATURE), OWN) is Verdict.FORGED


def test_while_the_token_is_rotated_both_are_accepted() -> None:
    both = account("new", auth_token_previous="tw_test_token_0001")
    assert PROVIDER.verify(webhook(OWN_URL, OWN_FORM, OWN_SIGNATURE), both) is Verdict.GENUINE
    assert PROVIDER.verify(webhook(OWN_URL, OWN_FORM, OWN_SIGNATURE), account("new")) is Verdict.FORGED


def test_a_webhook_without_the_header_is_unsigned() -> None:
    given = webhook(OWN_URL, OWN_FORM, "")
    assert PROVIDER.verify(given, OWN) is Verdict.UNSIGNED


SID, PHONE = ACCOUNT.credentials["account_sid"], ACCOUNT.phone


@pytest.mark.parametrize(
    ("owner", "address", "belongs"),
    [
        (SID, PHONE, True),
        ("AC00000000000000000000000000000002", PHONE, False),
        (SID, "+15550003333", False),
        (None, PHONE, False),
        (SID, None, False),
        (None, None, False),
    ],
)
def test_an_item_belongs_to_the_account_and_the_number_that_it_names(
    owner: str | None, address: str | None, belongs: bool
) -> None:
    item = Item(what=Notice(kind="x", raw={}), owner=owner, address=address)
    assert PROVIDER.belongs(item, ACCOUNT) is belongs


def test_an_account_without_an_sid_owns_nothing() -> None:
    blank = ACCOUNT.model_copy(update={"credentials": {}})
    assert not PROVIDER.belongs(Item(what=Notice(kind="x", raw={}), address=PHONE), blank)
