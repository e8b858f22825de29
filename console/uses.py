"""Who uses what: asked before something is deleted. Pure.

Queues, agents and teams may go while they are in use: routing notes it and goes on with the next entry, and the answer
warns. Lists, whitelists and intervals may not, because without them an account would let in, or route, other people.
"""

from collections.abc import Callable, Iterable, Iterator

from contracts.accounts import Account
from contracts.actions import AgentAction, GotoifAction, QueueAction
from contracts.configuration import Configuration
from contracts.errors import ConfigurationFault, Conflict
from contracts.whitelists import ListRule
from runtime.conditions import compile_condition

Ids = frozenset[str]
Release = Callable[[Ids, Configuration], tuple[str, ...]]
"""What deleting some ids of a kind is to be warned of.

Raises:
    Conflict: they are in use and must not go.
"""


def free(_ids: Ids, _configuration: Configuration) -> tuple[str, ...]:
    """Nothing refers to this kind."""
    return ()


def release_queues(ids: Ids, configuration: Configuration) -> tuple[str, ...]:
    """Warn of routing actions that name the queues."""
    return tuple(
        _routes_to(account)
        for account in configuration.accounts.values()
        if any(isinstance(action, QueueAction) and action.queue in ids for action in account.actions)
    )


def release_agents(ids: Ids, configuration: Configuration) -> tuple[str, ...]:
    """Warn of routing actions, associations, queues and teams that name the agents."""
    return (
        *(
            _routes_to(account)
            for account in configuration.accounts.values()
            if any(isinstance(action, AgentAction) and action.agent in ids for action in account.actions)
        ),
        *(
            f"account {account.name} is associated with it"
            for account in configuration.accounts.values()
            if ids & set(account.agents)
        ),
        *(f"queue {queue.name} has it as a member" for queue in configuration.queues.values() if ids & {*queue.agents}),
        *(f"team {team.name} has it as a member" for team in configuration.teams.values() if ids & {*team.agents}),
    )


def release_teams(ids: Ids, configuration: Configuration) -> tuple[str, ...]:
    """Warn of queues that name the teams."""
    return tuple(f"queue {q.name} has it as a member" for q in configuration.queues.values() if ids & set(q.teams))


def release_lists(ids: Ids, configuration: Configuration) -> tuple[str, ...]:
    """Refuse while accounts or whitelists name the lists."""
    accounts = (f"account {a.name}" for a in configuration.accounts.values() if a.list_id in ids)
    whitelists = (
        f"whitelist {whitelist.name}"
        for whitelist in configuration.whitelists.values()
        if any(isinstance(rule, ListRule) and rule.list_id in ids for rule in whitelist.rules)
    )
    return _unused([*accounts, *whitelists])


def release_whitelists(ids: Ids, configuration: Configuration) -> tuple[str, ...]:
    """Refuse while accounts are associated with the whitelists."""
    return _unused(f"account {a.name}" for a in configuration.accounts.values() if ids & set(a.whitelists))


def release_intervals(ids: Ids, configuration: Configuration) -> tuple[str, ...]:
    """Refuse while actions have the intervals, or conditions ask for them by name."""
    left = frozenset(interval.name for interval in configuration.intervals.values() if interval.id not in ids)
    return _unused(
        f"account {account.name}"
        for account in configuration.accounts.values()
        if any(action.interval in ids for action in account.actions) or any(_broken_conditions(account, left))
    )


def _broken_conditions(account: Account, intervals: Ids) -> Iterator[GotoifAction]:
    for action in account.actions:
        if isinstance(action, GotoifAction):
            try:
                compile_condition(action.condition, intervals)
            except ConfigurationFault:
                yield action


def _routes_to(account: Account) -> str:
    return f"account {account.name} routes to it: that entry will be skipped"


def _unused(users: Iterable[str]) -> tuple[str, ...]:
    named = ", ".join(users)
    if named:
        raise Conflict(f"in use by {named}")
    return ()
