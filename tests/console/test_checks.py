"""What must hold between the parts of a configuration: the parts that are no accounts."""

from collections.abc import Callable

import pytest

from console import checks
from contracts.base import Value
from contracts.configuration import Configuration
from contracts.errors import ConfigurationFault
from contracts.queues import Agent, Queue, Team
from contracts.whitelists import ListRule, NumberRule, Whitelist

CONFIGURATION = Configuration(agents={"ada": Agent(id="ada", name="Ada")})


@pytest.mark.parametrize(
    ("check", "value", "field"),
    [
        (checks.check_queue, Queue(id="q", name="Q", agents=("ada", "zoe")), "agents.2"),
        (checks.check_queue, Queue(id="q", name="Q", teams=("night",)), "teams.1"),
        (checks.check_team, Team(id="t", name="T", agents=("zoe",)), "agents.1"),
        (
            checks.check_whitelist,
            Whitelist(id="w", name="W", rules=(NumberRule(number="+390000001"), ListRule(list_id="gone"))),
            "rules.2.list_id",
        ),
    ],
)
def test_what_does_not_exist_is_refused_by_its_place(
    check: Callable[[Value, Configuration], None], value: Value, field: str
) -> None:
    with pytest.raises(ConfigurationFault) as refused:
        check(value, CONFIGURATION)

    assert refused.value.field == field


def test_members_that_exist_are_accepted() -> None:
    checks.check_queue(Queue(id="q", name="Q", agents=("ada",)), CONFIGURATION)
    checks.check_team(Team(id="t", name="T", agents=("ada",)), CONFIGURATION)
