"""Questions to a configuration."""

from contracts.configuration import Configuration
from contracts.queues import Agent, Team
from tests.parts import account, queue

AGENTS = {name: Agent(id=name, name=name) for name in ("ann", "ben", "cleo")}
SALES = queue("sales", agents=("ben", "gone", "ann"), teams=("night", "dissolved"))
CONFIGURATION = Configuration(
    accounts={"shop": account()},
    agents=AGENTS,
    queues={"sales": SALES, "empty": queue("empty")},
    teams={"night": Team(id="night", name="Night", agents=("ann", "cleo"))},
)


def test_members_are_the_queues_own_and_then_its_teams_each_once() -> None:
    assert [agent.id for agent in CONFIGURATION.members(SALES)] == ["ben", "ann", "cleo"]


def test_an_agent_is_in_the_queues_that_name_them_or_their_team() -> None:
    assert [one.id for one in CONFIGURATION.queues_of("cleo")] == ["sales"]


def test_an_account_is_found_by_its_key_whatever_the_case_and_by_its_provider() -> None:
    assert CONFIGURATION.accounts_by_key["shop"].id == "shop"
    assert [one.id for one in CONFIGURATION.accounts_of_type("meta")] == ["shop"]
    assert list(CONFIGURATION.accounts_of_type("twilio")) == []
