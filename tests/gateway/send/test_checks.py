"""Checks of credentials: whatever the provider says is kept, and the last answer stands."""

from contracts.commands import CheckAccount
from gateway.registry import providers
from gateway.send.checks import AccountChecker
from runtime.clock import utc_now
from runtime.store.account_checks import AccountCheckStore
from tests.gateway.send.desk import Desk, account_at

ASKED = CheckAccount(correlation_id="c1", account_id="shop")


def checker(desk: Desk) -> tuple[AccountChecker, AccountCheckStore]:
    store = AccountCheckStore(desk.parts.store)
    return AccountChecker(store, desk.parts.configuration, providers(), desk.caller(), utc_now), store


async def test_credentials_that_the_provider_accepts_are_good(desk: Desk) -> None:
    asks, store = checker(desk)

    await asks.check(ASKED)

    kept = await store.get("shop")
    assert kept is not None
    assert kept.good
    assert kept.correlation_id == "c1"
    assert kept.sentence


async def test_why_credentials_are_refused_is_kept_in_place_of_the_answer_before(desk: Desk) -> None:
    asks, store = checker(desk)
    await asks.check(ASKED)

    await desk.parts.configure(account_at(desk.account.credentials["api_url"], secrets={}))
    await asks.check(ASKED.model_copy(update={"correlation_id": "c2"}))

    kept = await store.get("shop")
    assert kept is not None
    assert not kept.good
    assert kept.correlation_id == "c2"
    assert kept.sentence


async def test_an_account_that_was_deleted_meanwhile_is_not_asked_about(desk: Desk) -> None:
    asks, store = checker(desk)

    await asks.check(ASKED.model_copy(update={"account_id": "gone"}))

    assert await store.get("gone") is None
