"""What must hold between the parts of a configuration: the parts that are no accounts."""

from collections.abc import Callable

import pytest

from console import checks
from contracts.base import Value
from contracts.configuration import Configuration
from contracts.desk import Disposition, DispositionScope, GlobalAnswer
from contracts.errors import ConfigurationFault
from contracts.queues import Agent, Queue, Team

CONFIGURATION = Configuration(agents={"ada": Agent(id="ada", name="Ada")})


@pytest.mark.parametrize(
    ("check", "value", "field"),
    [
        (checks.check_queue, Queue(id="q", name="Q", agents=("ada", "zoe")), "agents.2"),
        (checks.check_queue, Queue(id="q", name="Q", teams=("night",)), "teams.1"),
        (checks.check_team, Team(id="t", name="T", agents=("zoe",)), "agents.1"),
        (checks.check_answer, GlobalAnswer(id="a", key="hi", text="Hello {contact.nick}"), "text"),
        *(
            (checks.check_disposition, Disposition(id="d", levels=("Sale",), scope=scope, scope_id="none"), "scope_id")
            for scope in (DispositionScope.LIST, DispositionScope.ACCOUNT, DispositionScope.QUEUE)
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
