"""Conditions that nobody has saved: what they may name, and whether they are sound."""

import pytest

from tests.console.conftest import Console


@pytest.mark.parametrize("condition", ['message.text.contains("buy")', 'queue["Nowhere"].waiting > 3', "1 < 2"])
async def test_a_sound_condition_has_no_fault(console: Console, condition: str) -> None:
    answer = await console.call("POST", "/api/conditions/check", {"condition": condition})
    assert answer.status == 200, answer.text
    assert answer.json == {"fault": None}


async def test_a_fault_is_told_with_its_place(console: Console) -> None:
    answer = await console.call("POST", "/api/conditions/check", {"condition": 'message.txt == "a"'})
    assert answer.json == {"fault": {"rule": "message has no field txt", "position": 9}}


async def test_every_variable_of_the_vocabulary_may_stand_in_a_condition(shop: Console) -> None:
    known = (await shop.call("GET", "/api/conditions/vocabulary")).json
    names = [variable["name"] for variable in known["variables"]]
    assert "message.text" in names
    assert 'queue["Support"].waiting' in names
    for name in names:
        answer = await shop.call("POST", "/api/conditions/check", {"condition": f"{name} != null"})
        assert answer.json == {"fault": None}, name
