"""The kinds that agents use: dispositions of an interaction, canned answers, pauses."""

from typing import Any

import pytest

from tests.console.conftest import Console, account_fields

SCOPES = {
    "everywhere": ("global", None),
    "of customers": ("list", "customers"),
    "of vip": ("list", "vip"),
    "of the shop": ("account", "shop"),
    "of the desk": ("account", "desk"),
    "of support": ("queue", "support"),
}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", set(SCOPES)),
        ("?account=shop", {"everywhere", "of customers", "of the shop"}),
        ("?account=shop&queue=support", {"everywhere", "of customers", "of the shop", "of support"}),
        ("?account=desk", {"everywhere", "of vip", "of the desk"}),
        ("?queue=support", {"everywhere", "of support"}),
        ("?account=shop&search=customers", {"of customers"}),
    ],
)
async def test_the_dispositions_of_an_interaction_are_those_of_its_account_list_and_queue(
    shop: Console, query: str, expected: set[str]
) -> None:
    await shop.create("lists", id="vip", name="VIP")
    await shop.account(id="shop")
    await shop.account(id="desk", key="DESK", list_id="vip")
    for name, (scope, scope_id) in SCOPES.items():
        await shop.create("dispositions", levels=["Done", name], scope=scope, scope_id=scope_id)

    shown = (await shop.call("GET", f"/api/dispositions{query}")).json["items"]

    assert {one["levels"][1] for one in shown} == expected
    assert [one["path"] for one in shown] == sorted(one["path"] for one in shown)


@pytest.mark.parametrize(
    ("query", "field"),
    [("account=none", "account"), ("queue=none", "queue"), ("account=", "account"), ("sort=name", "sort")],
)
async def test_a_wrong_query_for_dispositions_is_refused(shop: Console, query: str, field: str) -> None:
    assert list((await shop.call("GET", f"/api/dispositions?{query}")).faults) == [field]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"levels": []}, "levels"),
        ({"levels": ["a", "b", "c", "d"]}, "levels"),
        ({"levels": ["a", " "]}, "levels.2"),
        ({"levels": ["a", "b > c"]}, "levels.2"),
        ({"levels": ["a"], "scope": "queue"}, "body"),
        ({"levels": ["a"], "scope_id": "support"}, "body"),
        ({"levels": ["a"], "scope": "queue", "scope_id": "none"}, "scope_id"),
        ({"levels": ["a"], "scope": "team", "scope_id": "none"}, "scope"),
    ],
)
async def test_a_disposition_that_breaks_a_rule_is_refused(shop: Console, fields: dict[str, Any], field: str) -> None:
    refused = await shop.call("POST", "/api/dispositions", fields)

    assert refused.status == 422
    assert list(refused.faults) == [field]


async def test_the_same_levels_may_stand_in_two_scopes_but_not_twice_in_one(shop: Console) -> None:
    await shop.create("dispositions", levels=["Sale"])
    await shop.create("dispositions", levels=["Sale"], scope="queue", scope_id="support")

    refused = await shop.call("POST", "/api/dispositions", {"levels": ["Sale"]})

    assert refused.faults == {"levels": "is taken by another one"}


@pytest.mark.parametrize(
    ("answers", "faults"),
    [
        ([{"key": "a", "text": "{contact.name}"}, {"key": "b", "text": "{{x}}"}], {}),
        ([{"key": "a", "text": "x"}, {"key": "a", "text": "y"}], {"canned_answers.1.key": "is taken by another one"}),
        ([{"key": "a", "text": "{who}"}], {"canned_answers.1.text": "unknown variable who"}),
    ],
)
async def test_the_canned_answers_of_an_account_have_keys_of_their_own_and_known_variables(
    shop: Console, answers: list[dict[str, str]], faults: dict[str, str]
) -> None:
    answer = await shop.call("POST", "/api/accounts", account_fields(canned_answers=answers))

    assert (answer.faults if answer.status == 422 else {}) == faults


async def test_the_pause_of_a_mandatory_disposition_must_exist(shop: Console) -> None:
    fields = account_fields(mandatory_disposition={"pause": "none"})

    refused = await shop.call("POST", "/api/accounts", fields)

    assert refused.faults == {"mandatory_disposition.pause": "there is no pause none"}
