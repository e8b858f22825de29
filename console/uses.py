"""Who uses what: asked before something is deleted or renamed. Pure.

Queues, agents and teams may go while they are in use: routing notes it and goes on with the next entry, and the answer
warns. Lists, whitelists and intervals may not, because without them an account would let in, or route, other people.
What conditions ask for by its name keeps that name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from contracts.accounts import Account
from contracts.actions import AgentAction, GotoifAction, QueueAction
from contracts.configuration import Configuration
from contracts.contacts import ContactList
from contracts.desk import DispositionScope
from contracts.errors import ConfigurationFault, Conflict
from contracts.intervals import Interval
from contracts.queues import Queue
from runtime.conditions import Condition, compile_condition

Ids = frozenset[str]
Release = Callable[[Ids, Configuration], tuple[str, ...]]
"""What deleting some ids of a kind is to be warned of.

Raises:
    Conflict: they are in use and must not go.
"""
UsersOf = Callable[[Ids, Configuration], Iterator[str]]
"""Who asks for something by one of these names."""
N = TypeVar("N", Queue, ContactList, Interval)


def free(_ids: Ids, _configuration: Configuration) -> tuple[str, ...]:
    """Nothing refers to this kind."""
    return ()


def release_accounts(ids: Ids, configuration: Configuration) -> tuple[str, ...]:
    """Warn of dispositions that are for the accounts alone."""
    return tuple(_for_it_alone(user) for user in _dispositions(DispositionScope.ACCOUNT, ids, configuration))


def release_queues(ids: Ids, configuration: Configuration) -> tuple[str, ...]:
    """Warn of routing actions, conditions and dispositions that name the queues."""
    names = frozenset(configuration.queues[queue].name for queue in ids if queue in configuration.queues)
    return (
        *(
            _routes_to(account)
            for account in configuration.accounts.values()
            if any(isinstance(action, QueueAction) and action.queue in ids for action in account.actions)
        ),
        *(f"{user} asks for it: that condition will fail" for user in _conditions_on_queues(names, configuration)),
        *(_for_it_alone(user) for user in _dispositions(DispositionScope.QUEUE, ids, configuration)),
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
    """Refuse while accounts, conditions or dispositions name the lists."""
    accounts = (f"account {a.name}" for a in configuration.accounts.values() if a.list_id in ids)
    names = frozenset(configuration.lists[list_id].name for list_id in ids if list_id in configuration.lists)
    conditions = _conditions_on_lists(names, configuration)
    return unused([*accounts, *conditions, *_dispositions(DispositionScope.LIST, ids, configuration)])


def release_whitelists(ids: Ids, configuration: Configuration) -> tuple[str, ...]:
    """Refuse while accounts are associated with the whitelists."""
    return unused(f"account {a.name}" for a in configuration.accounts.values() if ids & set(a.whitelists))


def release_intervals(ids: Ids, configuration: Configuration) -> tuple[str, ...]:
    """Refuse while actions have the intervals, or conditions ask for them by name."""
    left = frozenset(interval.name for interval in configuration.intervals.values() if interval.id not in ids)
    return unused(
        f"account {account.name}"
        for account in configuration.accounts.values()
        if any(action.interval in ids for action in account.actions) or any(_broken_conditions(account, left))
    )


def release_pauses(ids: Ids, configuration: Configuration) -> tuple[str, ...]:
    """Refuse while accounts put agents into the pauses."""
    return unused(
        f"account {account.name}"
        for account in configuration.accounts.values()
        if account.mandatory_disposition.pause in ids
    )


def keep_queue_name(queue: Queue, configuration: Configuration) -> None:
    """Refuse another name while conditions ask for the queue by the one that it has."""
    _keep_name(queue, configuration.queues, _conditions_on_queues, configuration)


def keep_list_name(contacts: ContactList, configuration: Configuration) -> None:
    """Refuse another name while conditions ask for the list by the one that it has."""
    _keep_name(contacts, configuration.lists, _conditions_on_lists, configuration)


def keep_interval_name(interval: Interval, configuration: Configuration) -> None:
    """Refuse another name while conditions ask for the interval by the one that it has."""
    _keep_name(interval, configuration.intervals, _conditions_on_intervals, configuration)


def _keep_name(value: N, stored: Mapping[str, N], users_of: UsersOf, configuration: Configuration) -> None:
    before = stored.get(value.id)
    if before is None or before.name == value.name:
        return
    named = ", ".join(users_of(frozenset({before.name}), configuration))
    if named:
        raise Conflict(f"the name cannot be changed: in use by {named}")


def _conditions_on_intervals(names: Ids, configuration: Configuration) -> Iterator[str]:
    left = frozenset(interval.name for interval in configuration.intervals.values()) - names
    return (f"account {a.name}" for a in configuration.accounts.values() if any(_broken_conditions(a, left)))


def _broken_conditions(account: Account, intervals: Ids) -> Iterator[GotoifAction]:
    for action in account.actions:
        if isinstance(action, GotoifAction):
            try:
                compile_condition(action.condition, intervals)
            except ConfigurationFault:
                yield action


def _conditions_on_queues(names: Ids, configuration: Configuration) -> Iterator[str]:
    paths = {("queue", name) for name in names}
    return _conditions(configuration, "queue", lambda condition: not paths.isdisjoint(condition.paths))


def _conditions_on_lists(names: Ids, configuration: Configuration) -> Iterator[str]:
    def asks(condition: Condition) -> bool:
        return condition.reads("contact", "lists") and not names.isdisjoint(condition.texts)

    return _conditions(configuration, "contact", asks)


def _conditions(configuration: Configuration, word: str, asks: Callable[[Condition], bool]) -> Iterator[str]:
    """Where the conditions stand that have this word in them and ask for something."""
    intervals = {interval.name for interval in configuration.intervals.values()}
    for account in configuration.accounts.values():
        for position, action in enumerate(account.actions, start=1):
            # To compile is dear, and most conditions do not have the word.
            if isinstance(action, GotoifAction) and word in action.condition and _asks(action, intervals, asks):
                yield f"account {account.name} in actions.{position}"


def _asks(action: GotoifAction, intervals: set[str], asks: Callable[[Condition], bool]) -> bool:
    try:
        return asks(compile_condition(action.condition, intervals))
    except ConfigurationFault:
        return False  # it cannot be evaluated as it stands, and so asks for nothing


def _dispositions(scope: DispositionScope, ids: Ids, configuration: Configuration) -> Iterator[str]:
    for disposition in configuration.dispositions.values():
        if disposition.scope is scope and disposition.scope_id in ids:
            yield f"disposition {disposition.path}"


def _for_it_alone(user: str) -> str:
    return f"{user} is for it alone, and can be given nowhere now"


def _routes_to(account: Account) -> str:
    return f"account {account.name} routes to it: that entry will be skipped"


def unused(users: Iterable[str]) -> tuple[str, ...]:
    """Nothing to warn of.

    Raises:
        Conflict: there are users.
    """
    named = ", ".join(users)
    if named:
        raise Conflict(f"in use by {named}")
    return ()
