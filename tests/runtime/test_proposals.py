"""Proposed configurations: what they change, and what they may not."""

from typing import Any

import pytest
from pydantic import SecretStr

from contracts.configuration import Configuration
from contracts.errors import ConfigurationFault
from runtime.proposals import merged, proposed
from tests.parts import account, queue

SHOP = account(credentials={"waba": "1"}, description="old", attributes={"a": 1, "b": {"c": 2, "d": 3}}).model_copy(
    update={"secrets": {"token": SecretStr("s3cret")}}
)
CURRENT = Configuration(version=7, accounts={"shop": SHOP}, queues={"sales": queue()})


def test_what_a_proposal_names_is_changed_and_all_else_stays() -> None:
    patch = {
        "accounts": {"Shop": {"description": None, "attributes": {"b": {"c": None}}}},
        "queues": {"night": {"name": "Night"}, "sales": None},
    }
    made = proposed(CURRENT, patch)
    shop = made.accounts["shop"]
    assert (shop.description, shop.attributes) == ("", {"a": 1, "b": {"d": 3}})
    assert (shop.credentials, shop.secrets) == (SHOP.credentials, SHOP.secrets)
    assert set(made.queues) == {"night"}
    assert made.accounts_by_key["shop"] is shop
    assert CURRENT.accounts["shop"].description == "old"


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"shoes": {}}, "shoes"),
        ({"accounts": []}, "accounts"),
        ({"accounts": {"shop": 3}}, "accounts.shop"),
        ({"accounts": {"shop": {"credentials": {"token": "x"}}}}, "accounts.shop.credentials"),
        ({"accounts": {"shop": {"secrets": {}}}}, "accounts.shop.secrets"),
        ({"accounts": {"new": {"name": "New"}}}, "accounts.new.key"),
        ({"queues": {"sales": {"weight": 99}}}, "queues.sales.weight"),
    ],
    ids=str,
)
def test_a_wrong_proposal_names_the_field(patch: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationFault) as fault:
        proposed(CURRENT, patch)
    assert fault.value.field == field


def test_a_merge_patch_goes_into_objects_and_replaces_all_else() -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None, "e": {"f": None}}, "d": [2]}) == {
        "a": {"c": 2, "e": {}},
        "d": [2],
    }
