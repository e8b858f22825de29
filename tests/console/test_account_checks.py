"""Checks of an account's credentials, as the console asks for them and shows them."""

from contracts.commands import CheckAccount
from contracts.topology import WORK
from runtime.store.account_checks import AccountCheck
from tests.console.conftest import NOW, Console


async def test_a_check_is_an_errand_under_the_correlation_id_of_the_answer(shop: Console) -> None:
    account = await shop.account()

    asked = await shop.call("POST", f"/api/accounts/{account['id']}/check")

    assert asked.status == 202, asked.text
    wanted = CheckAccount(correlation_id=asked.json["correlation_id"], account_id=account["id"])
    assert shop.publisher.on(WORK)[-1] == wanted.model_dump(mode="json")


async def test_the_last_answer_is_read_and_nothing_before_there_is_one(shop: Console) -> None:
    account = await shop.account()
    path = f"/api/accounts/{account['id']}/check"
    assert (await shop.call("GET", path)).json == {"check": None}
    answer = AccountCheck(id=account["id"], at=NOW, correlation_id="c1", good=False, sentence="The token is wrong.")

    await shop.dependencies.account_checks.keep(answer)

    assert (await shop.call("GET", path)).json["check"]["sentence"] == "The token is wrong."


async def test_an_account_that_is_not_there_cannot_be_checked(console: Console) -> None:
    assert (await console.call("POST", "/api/accounts/nobody/check")).status == 404
    assert (await console.call("GET", "/api/accounts/nobody/check")).status == 404
