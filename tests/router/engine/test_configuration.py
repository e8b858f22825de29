from typing import Any

import pytest

from contracts.configuration import Configuration
from contracts.contacts import ContactList
from contracts.errors import Unprocessable
from contracts.intervals import Interval, Span
from contracts.whitelists import Whitelist
from router.engine import RoutingConfiguration, compile_account
from runtime.conditions import Condition, Failed
from tests.router.engine.builders import account, world

GOTOIF = {"action": "Gotoif", "condition": "message.text == 'a'"}
LISTED: dict[str, Any] = {"whitelist_mode": "only_listed"}


def _gotoif(condition: str) -> dict[str, str]:
    return {"action": "Gotoif", "condition": condition}


def _then(before: Configuration, **changes: object) -> tuple[bool, RoutingConfiguration]:
    """Whether the account compiled for one configuration serves for the next, and the next."""
    first = RoutingConfiguration(before)
    compiled = first.account("acc")
    second = RoutingConfiguration(before.model_copy(update=changes), first)
    return second.account("acc") is compiled, second


def test_an_account_is_compiled_once() -> None:
    configuration = RoutingConfiguration(world(account([GOTOIF])))
    assert configuration.account("acc") is configuration.account("acc")


def test_an_account_that_does_not_exist_is_at_fault_itself() -> None:
    with pytest.raises(Unprocessable, match="account gone does not exist"):
        RoutingConfiguration(world()).account("gone")


def test_what_did_not_change_is_taken_over() -> None:
    reused, _ = _then(world(account([GOTOIF], whitelists=["it"], **LISTED)), version=8, queues={})
    assert reused


def test_what_two_configurations_ago_was_compiled_is_taken_over() -> None:
    first = RoutingConfiguration(world(account([GOTOIF])))
    compiled = first.account("acc")
    second = RoutingConfiguration(world(account([GOTOIF])), first)
    assert RoutingConfiguration(world(account([GOTOIF])), second).account("acc") is compiled


def test_a_new_revision_is_compiled_anew() -> None:
    reused, _ = _then(world(account([GOTOIF])), accounts={"acc": account([GOTOIF], revision=1)})
    assert not reused


def test_a_changed_whitelist_takes_effect() -> None:
    changed = {"it": Whitelist(id="it", name="Italy", rules_key="anew")}
    reused, after = _then(world(account(whitelists=["it"], **LISTED)), whitelists=changed)
    assert not reused
    assert after.account("acc").whitelists == frozenset({"anew"})


def test_another_accounts_whitelist_does_not_matter() -> None:
    before = world(account(whitelists=["it"], **LISTED))
    others = {**before.whitelists, "one": Whitelist(id="one", name="One", rules_key="new")}
    reused, _ = _then(before, whitelists=others)
    assert reused


def test_the_whitelists_to_look_through_are_those_that_there_are_and_none_while_the_mode_is_off() -> None:
    listed, configuration = account(whitelists=["members", "gone", "it"], **LISTED), world()
    assert compile_account(listed, configuration).whitelists == frozenset({"members", "it"})
    assert compile_account(account(**LISTED), configuration).whitelists == frozenset()
    assert compile_account(account(whitelists=["it"]), configuration).whitelists is None


def test_a_changed_interval_takes_effect() -> None:
    before = world(account([_gotoif("interval('Lunch')")]))
    assert isinstance(RoutingConfiguration(before).account("acc").conditions[1], Condition)
    reused, after = _then(before, intervals={"lunch": Interval(id="lunch", name="Cena", spans=(Span(),))})
    assert not reused
    assert after.account("acc").conditions[1] == Failed("there is no interval 'Lunch'")


def test_a_condition_on_lists_asks_for_all_of_them() -> None:
    before = world(account([_gotoif("'Gold' in contact.lists")]))
    assert compile_account(before.accounts["acc"], before).lists == {"gold", "l"}
    reused, after = _then(before, lists={**before.lists, "new": ContactList(id="new", name="New")})
    assert not reused
    assert after.account("acc").lists == {"gold", "l", "new"}


@pytest.mark.parametrize(
    ("condition", "uses_queue", "uses_message"),
    [
        ("queue.Sales.waiting > 1", True, False),
        ("message.text == 'queue'", False, True),
        ("contact.tags.exists(queue, queue == 'a')", False, False),
    ],
)
def test_what_conditions_need_is_known(condition: str, uses_queue: bool, uses_message: bool) -> None:
    compiled = compile_account(account([GOTOIF | {"condition": "true"}, _gotoif(condition)]), world())
    assert (compiled.uses_queue, compiled.uses_message) == (uses_queue, uses_message)


def test_a_deleted_account_is_forgotten() -> None:
    first = RoutingConfiguration(world(account([GOTOIF])))
    compiled = first.account("acc")
    second = RoutingConfiguration(world(), first)
    assert RoutingConfiguration(world(account([GOTOIF])), second).account("acc") is not compiled
