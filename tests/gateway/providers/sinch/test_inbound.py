"""What the fixtures cannot say of Sinch's webhooks: whom an item is for, and what failures are called."""

import pytest

from contracts.messages import FailureKind
from gateway.providers.seam import Item, Notice
from gateway.providers.sinch.errors import CHANNEL_CODES, CODES, SENTENCES, report_reason
from gateway.providers.sinch.provider import PROVIDER
from gateway.providers.sinch.wire import Reason
from tests.gateway.providers.sinch.sample import ACCOUNT, OWNER, PUBLIC, STRANGER

NOTICE = Notice(kind="opt_in_notification", raw={})
APP, PROJECT = PUBLIC["app_id"], PUBLIC["project_id"]


@pytest.mark.parametrize(
    ("address", "owner", "belongs"),
    [
        (None, OWNER, True),
        ("+15550002222", OWNER, True),
        ("+15550002222", APP, True),
        ("+15550007777", OWNER, False),
        ("+15550002222", None, False),
        (None, None, False),
        (None, PROJECT, False),
        (None, f"{PROJECT}/01TESTAPP0000000000000003", False),
        (None, f"00000000-0000-4000-8000-000000000009/{APP}", False),
    ],
)
def test_an_item_belongs_to_the_app_and_the_number_that_it_names(
    address: str | None, owner: str | None, belongs: bool
) -> None:
    item = Item(what=NOTICE, address=address, owner=owner)
    assert PROVIDER.belongs(item, ACCOUNT) is belongs
    assert not PROVIDER.belongs(item, STRANGER)


def test_the_letters_of_a_project_may_be_of_either_case() -> None:
    item = Item(what=NOTICE, owner=OWNER)
    credentials = {**PUBLIC, "project_id": PROJECT.upper()}
    assert PROVIDER.belongs(item, ACCOUNT.model_copy(update={"credentials": credentials}))


def test_an_account_without_an_app_owns_nothing() -> None:
    bare = ACCOUNT.model_copy(update={"credentials": {}})
    assert not any(PROVIDER.belongs(Item(what=NOTICE, owner=owner), bare) for owner in (None, "", OWNER, APP))


def test_every_kind_of_failure_has_a_sentence() -> None:
    assert set(SENTENCES) == set(FailureKind)


@pytest.mark.parametrize(("code", "kind"), CODES.items())
def test_every_code_of_a_report_has_its_kind_and_sentence(code: str, kind: FailureKind) -> None:
    reason = report_reason(Reason(code=code, description="words"))
    assert (reason.code, reason.title, reason.kind, reason.sentence) == (code, "words", kind, SENTENCES[kind])


@pytest.mark.parametrize(("code", "kind"), CHANNEL_CODES.items())
def test_a_code_of_whatsapp_counts_before_that_of_sinch(code: str, kind: FailureKind) -> None:
    reason = report_reason(Reason(code="CHANNEL_BAD_CONFIGURATION", channel_code=code))
    assert (reason.code, reason.kind) == (f"CHANNEL_BAD_CONFIGURATION/{code}", kind)


def test_an_unknown_code_of_whatsapp_leaves_the_kind_to_that_of_sinch() -> None:
    reason = report_reason(Reason(code="RATE_LIMITED", channel_code="999999"))
    assert (reason.code, reason.kind) == ("RATE_LIMITED/999999", FailureKind.RATE_LIMITED)
