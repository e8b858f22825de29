"""Distribution targets."""

from datetime import timedelta

import pytest

from contracts.configuration import Configuration
from contracts.queues import Agent, Strategy
from tests.parts import queue
from workers.distribution.targets import find_target, rivals

CONFIGURATION = Configuration(
    agents={"ann": Agent(id="ann", name="Ann")},
    queues={"sales": queue("sales", strategy="rrmemory", agent_timeout=20, agents=("ann",))},
)


def test_a_queue_is_a_target_with_its_strategy_and_members() -> None:
    target = find_target(CONFIGURATION, "queue:sales")
    assert target is not None
    assert (target.name, target.strategy, target.agent_timeout) == ("queue:sales", Strategy.RRMEMORY, timedelta(0, 20))
    assert [agent.id for agent in target.members] == ["ann"]


def test_an_agent_is_a_target_of_their_own_whose_offer_lasts_as_long_as_the_step() -> None:
    target = find_target(CONFIGURATION, "agent:ann")
    assert target is not None
    assert target.agent_timeout > timedelta(days=7)
    assert [agent.id for agent in target.members] == ["ann"]


@pytest.mark.parametrize("name", ["queue:gone", "agent:gone", "team:sales", "sales", ""])
def test_what_does_not_exist_is_no_target(name: str) -> None:
    assert find_target(CONFIGURATION, name) is None


def test_the_rivals_of_a_queue_share_agents_with_it_and_weigh_as_much_or_more() -> None:
    configuration = Configuration(
        agents={name: Agent(id=name, name=name) for name in ("ann", "ben", "cleo")},
        queues={
            "sales": queue("sales", weight=3, agents=("ann", "ben")),
            "equal": queue("equal", weight=3, agents=("ben", "cleo")),
            "heavier": queue("heavier", weight=4, agents=("ann",)),
            "lighter": queue("lighter", weight=2, agents=("ann",)),
            "apart": queue("apart", weight=9, agents=("cleo",)),
        },
    )

    def of(name: str) -> set[str]:
        target = find_target(configuration, name)
        assert target is not None
        return {rival.name for rival in rivals(configuration, target)}

    assert of("queue:sales") == {"queue:equal", "queue:heavier", "agent:ann", "agent:ben"}
    assert of("agent:ann") == set()
