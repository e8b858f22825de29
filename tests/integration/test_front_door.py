import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from runtime.sandbox import meta, twilio
from runtime.sandbox.requests import SignedRequest
from tests.integration.accounts import Account, queue_step
from tests.integration.site import Site
from tests.patience import eventually

MIB = 1024 * 1024
CONTACT = "+393331234567"


def now() -> datetime:
    return datetime.now(UTC)


def contact() -> str:
    return f"+39333{secrets.randbelow(10**7):07d}"


def unsigned(request: SignedRequest) -> SignedRequest:
    kept = {name: value for name, value in request.headers.items() if "signature" not in name.lower()}
    return request.model_copy(update={"headers": kept})


def with_body(request: SignedRequest, body: bytes) -> SignedRequest:
    return request.model_copy(update={"body": body})


def signature(request: SignedRequest) -> str:
    """The bare signature of a request: what an answer or a log must not tell a forger."""
    (value,) = (value for name, value in request.headers.items() if "signature" in name.lower())
    return value.removeprefix("sha256=")


class Secrecy:
    """What must not come to light: noted as the tests go, looked for at the end of the module."""

    def __init__(self) -> None:
        self.words: set[str] = set()

    def keep(self, account: Account) -> Account:
        self.words.update(account.secrets())
        return account

    def keep_signature(self, request: SignedRequest) -> SignedRequest:
        self.words.add(signature(request))
        return request


@pytest.fixture(scope="module")
async def secrecy(site: Site) -> AsyncIterator[Secrecy]:
    """At the end of the module, no answer of the front door and no line of a log holds a secret."""
    secrecy = Secrecy()
    yield secrecy
    said = "\n".join([site.log_lines(), *site.answers])
    assert len(secrecy.words) > 4
    assert len(site.answers) > 20
    assert [word for word in secrecy.words if word in said] == []


@pytest.fixture(scope="module")
async def shop(site: Site, secrecy: Secrecy) -> Account:
    """An account at Meta whose messages wait in a queue."""
    return secrecy.keep(await site.account(queue_step(await site.queue())))


@pytest.fixture(scope="module")
async def booth(site: Site, secrecy: Secrecy) -> Account:
    """The same at Twilio."""
    return secrecy.keep(await site.account(queue_step(await site.queue()), provider="twilio"))


@pytest.fixture
def account(request: pytest.FixtureRequest) -> Account:
    """One of the two, by its name."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Account)
    return found


both = pytest.mark.parametrize("account", ["shop", "booth"], indirect=True)


@both
async def test_a_webhook_with_the_right_signature_is_taken(site: Site, account: Account) -> None:
    who = contact()
    message_id = await site.write(account, who, "hello")
    interaction = await site.interaction(account, who, message_count=1)
    assert [message["provider_id"] for message in await site.contents(interaction)] == [message_id]


@both
async def test_a_webhook_without_a_signature_is_refused(site: Site, account: Account) -> None:
    who = contact()
    answer = await site.knock(unsigned(account.text(who, account.new_message_id(), "hello")))
    assert answer.status_code == 401
    assert await site.interactions(account, who) == []


@both
async def test_a_webhook_with_a_wrong_signature_is_forbidden(site: Site, secrecy: Secrecy, account: Account) -> None:
    right = secrecy.keep_signature(account.text(contact(), account.new_message_id(), "hello"))
    forged = {
        name: value[:-4] + ("0000" if value[-4:] != "0000" else "1111") if "signature" in name.lower() else value
        for name, value in right.headers.items()
    }
    assert (await site.knock(right.model_copy(update={"headers": forged}))).status_code == 403


@both
async def test_the_signature_of_other_bytes_is_forbidden(site: Site, secrecy: Secrecy, account: Account) -> None:
    other = secrecy.keep_signature(account.text(contact(), account.new_message_id(), "goodbye"))
    given = account.text(contact(), account.new_message_id(), "hello")
    assert (await site.knock(with_body(given, other.body))).status_code == 403


@pytest.mark.parametrize(("account", "size"), [("booth", 2 * MIB), ("shop", 5 * MIB)], indirect=["account"])
async def test_a_body_that_no_provider_sends_is_too_large(site: Site, account: Account, size: int) -> None:
    request = account.text(contact(), account.new_message_id(), "hello")
    assert (await site.knock(with_body(request, b"x" * size))).status_code == 413


async def test_a_body_at_the_limit_of_a_provider_is_read_to_its_end(site: Site, shop: Account) -> None:
    request = unsigned(meta.signed(shop.meta, b" " * (4 * MIB)))
    assert (await site.knock(request)).status_code == 401


@pytest.mark.parametrize("body", [b"\xff\xfe{", b'{"object": "\xe9"}', b"{", b"[1]", b"null", b""])
async def test_a_signed_body_that_is_no_json_is_malformed_and_kept(site: Site, shop: Account, body: bytes) -> None:
    answer = await site.knock(meta.signed(shop.meta, body))
    assert answer.status_code == 400
    letter = await site.dead_letter(id=hashlib.sha256(body).hexdigest())
    assert letter["stage"] == "gateway"
    assert letter["account_id"] == shop.id
    assert letter["reason"].startswith("malformed")


async def test_a_signed_form_that_is_no_utf_8_is_malformed(site: Site, booth: Account) -> None:
    right = twilio.request(booth.twilio, twilio.text(booth.twilio, contact(), booth.new_message_id(), "hello"))
    broken = with_body(right, right.body.replace(b"Body=hello", b"Body=%FF%FE"))
    assert (await site.knock(broken)).status_code in {400, 403}


async def test_one_bad_item_of_ten_is_set_apart_and_nine_land(site: Site, shop: Account) -> None:
    who = contact()
    ids = [shop.new_message_id() for _ in range(10)]
    parts = [meta.text(who, message_id, now(), f"number {n}") for n, message_id in enumerate(ids)]
    parts[4]["timestamp"] = "yesterday"
    answer = await site.knock(meta.request(shop.meta, parts))
    assert answer.status_code == 200

    interaction = await site.interaction(shop, who, message_count=9)
    stored = [message["provider_id"] for message in await site.contents(interaction)]
    assert stored == ids[:4] + ids[5:]
    letter = await eventually(lambda: letter_about(site, ids[4]))
    assert "timestamp" in letter["reason"]
    assert letter["account_id"] == shop.id
    assert letter["correlation_id"] == interaction["correlation_id"]


async def letter_about(site: Site, message_id: str) -> dict[str, Any]:
    letters = await site.dead_letters()
    return next((letter for letter in letters if message_id in json.dumps(letter["body"])), {})


async def test_a_message_for_a_number_that_nobody_has_is_answered_and_counted(site: Site, shop: Account) -> None:
    gateway = site.process("gateway")
    before = await site.metric(gateway, "switchboard_webhook_items_total", provider="meta", fate="foreign")
    stranger = shop.meta.model_copy(update={"phone_number_id": "999"})
    who = contact()
    answer = await site.knock(meta.request(stranger, [meta.text(who, shop.new_message_id(), now(), "hello")]))
    assert answer.status_code == 200
    after = await site.metric(gateway, "switchboard_webhook_items_total", provider="meta", fate="foreign")
    assert after == before + 1
    assert await site.interactions(shop, who) == []


async def test_a_form_for_another_account_of_twilio_is_forbidden(site: Site, booth: Account) -> None:
    stranger = booth.twilio.model_copy(update={"account_sid": f"AC{secrets.token_hex(16)}"})
    form = twilio.text(stranger, contact(), booth.new_message_id(), "hello")
    assert (await site.knock(twilio.request(stranger, form))).status_code == 403


async def test_a_webhook_of_an_app_gives_every_account_its_own(site: Site, shop: Account, secrecy: Secrecy) -> None:
    shared = {"app_secret": shop.input["credentials"]["app_secret"]}
    sister = secrecy.keep(await site.account(queue_step(await site.queue()), credentials=shared))
    stranger = shop.meta.model_copy(update={"phone_number_id": "999"})
    who = contact()
    whole: dict[str, Any] = {"object": "whatsapp_business_account", "entry": []}
    for number in (shop.meta, sister.meta, stranger):
        one = meta.request(number, [meta.text(who, shop.new_message_id(), now(), "hello")])
        whole["entry"] += json.loads(one.body)["entry"]
    request = meta.signed(shop.meta, meta.encode(whole)).model_copy(update={"path": "/webhooks/meta"})
    gateway = site.process("gateway")
    before = await site.metric(gateway, "switchboard_webhook_items_total", provider="meta", fate="foreign")

    assert (await site.knock(request)).status_code == 200
    for account in (shop, sister):
        assert (await site.interaction(account, who, message_count=1))["account_id"] == account.id
    after = await site.metric(gateway, "switchboard_webhook_items_total", provider="meta", fate="foreign")
    assert after == before + 1


async def test_a_webhook_of_an_app_that_nobody_signed_is_refused(site: Site, shop: Account) -> None:
    request = shop.text(contact(), shop.new_message_id(), "hello").model_copy(update={"path": "/webhooks/meta"})
    assert (await site.knock(unsigned(request))).status_code in {401, 403}
    assert (await site.knock(with_body(request, b"{}"))).status_code == 403


@pytest.mark.parametrize("path", ["/webhooks/meta/NONE1", "/webhooks/twilio/NONE1", "/webhooks/pigeon/K1", "/webhooks"])
async def test_what_does_not_exist_is_not_found(site: Site, shop: Account, path: str) -> None:
    request = shop.text(contact(), shop.new_message_id(), "hello").model_copy(update={"path": path})
    assert (await site.knock(request)).status_code == 404


async def test_an_account_is_not_found_at_another_provider(site: Site, shop: Account) -> None:
    path = shop.path.replace("meta", "twilio")
    request = shop.text(contact(), shop.new_message_id(), "hello").model_copy(update={"path": path})
    assert (await site.knock(request)).status_code == 404


async def test_the_handshake_is_answered_to_whoever_knows_the_token(site: Site, shop: Account) -> None:
    answer = await site.knock(meta.handshake(shop.meta, "1158201444"))
    assert (answer.status_code, answer.text) == (200, "1158201444")
    stranger = meta.MetaNumber.model_validate({**shop.meta.model_dump(), "verify_token": "a guess"})
    refused = await site.knock(meta.handshake(stranger, "1158201444"))
    assert refused.status_code == 403
    assert "1158201444" not in refused.text


@both
async def test_a_message_that_comes_fifty_times_at_once_is_stored_once(site: Site, account: Account) -> None:
    who = contact()
    request = account.text(who, account.new_message_id(), "hello")
    answers = await asyncio.gather(*(site.knock(request) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    last = await site.write(account, who, "and now something else")

    interaction = await site.interaction(account, who, message_count=2)
    messages = await site.contents(interaction)
    assert [message["sequence"] for message in messages] == [1, 2]
    assert messages[1]["provider_id"] == last
    assert len(await site.documents("messages", contact_key=who)) == 2
    assert len(await site.documents("contacts", key=who)) == 1


async def test_statuses_of_both_providers_are_stored(site: Site, shop: Account, booth: Account) -> None:
    ours = {"shop": shop.new_message_id(), "booth": booth.new_message_id()}
    for word in ("sent", "delivered", "read"):
        status = meta.status(CONTACT, ours["shop"], now(), word, reference="ours-1")
        assert (await site.knock(meta.request(shop.meta, statuses=[status]))).status_code == 200
    for word in ("sent", "failed"):
        form = twilio.status(booth.twilio, CONTACT, ours["booth"], word, error="63016" if word == "failed" else "")
        assert (await site.knock(twilio.request(booth.twilio, form))).status_code == 200

    async def stored(which: str, count: int) -> list[dict[str, Any]]:
        found = await site.documents("statuses", provider_id=ours[which])
        return found if len(found) == count else []

    at_meta = await eventually(lambda: stored("shop", 3))
    assert {status["state"] for status in at_meta} == {"sent", "delivered", "read"}
    assert {status["reference"] for status in at_meta} == {"ours-1"}
    failed = next(s for s in await eventually(lambda: stored("booth", 2)) if s["state"] == "failed")
    assert failed["reason"]["code"] == "63016"


async def test_content_that_is_not_known_yet_is_kept_as_it_came(site: Site, shop: Account) -> None:
    who, message_id = contact(), shop.new_message_id()
    part = {
        "from": who.lstrip("+"),
        "id": message_id,
        "timestamp": str(int(now().timestamp())),
        "type": "hologram",
        "hologram": {"depth": 3, "frames": [1, 2]},
    }
    assert (await site.knock(meta.request(shop.meta, [part]))).status_code == 200
    (message,) = await site.contents(await site.interaction(shop, who, message_count=1))
    assert message["content"]["kind"] == "unsupported"
    assert message["content"]["provider_kind"] == "hologram"
    assert message["content"]["raw"]["hologram"] == {"depth": 3, "frames": [1, 2]}


async def test_all_contents_of_a_provider_arrive_in_order(site: Site, shop: Account) -> None:
    who = contact()
    ids = [shop.new_message_id() for _ in range(5)]
    parts = [
        meta.image(who, ids[0], now(), "the wheel"),
        meta.document(who, ids[1], now(), "bill.pdf"),
        meta.button(who, ids[2], now(), "yes", "Yes", "wamid.before"),
        meta.row(who, ids[3], now(), "red", "Red", "wamid.before"),
        meta.quick_reply(who, ids[4], now(), "stop", "Stop", "wamid.before"),
    ]
    assert (await site.knock(meta.request(shop.meta, parts, names={who: "Zoë"}))).status_code == 200
    interaction = await site.interaction(shop, who, message_count=5)
    messages = await site.contents(interaction)
    assert [message["provider_id"] for message in messages] == ids
    kinds = [message["content"]["kind"] for message in messages]
    assert kinds == ["image", "document", "button_reply", "list_reply", "quick_reply"]
    assert interaction["contact_name"] == "Zoë"
