"""What must hold between the parts of a configuration before one of them is saved. Pure.

Places in lists are counted from 1 in the fields' names, as the positions of actions are: `actions.2.queue`.
"""

from collections.abc import Collection, Iterable, Mapping

from contracts.accounts import Account, WhitelistMode
from contracts.actions import (
    Action,
    AgentAction,
    AutoReplyAction,
    CloseAction,
    GotoAction,
    GotoifAction,
    NoopAction,
    QueueAction,
    TagAction,
    WebhookAction,
)
from contracts.configuration import Configuration
from contracts.contacts import ContactList
from contracts.errors import ConfigurationFault
from contracts.intervals import Interval
from contracts.queues import Agent, Queue, Team
from contracts.whitelists import ListRule, Whitelist
from runtime.conditions import compile_condition
from runtime.templates import compile_template

NOBODY_ADMITTED = "whitelist_mode is only_listed, and no associated whitelist has a rule: nobody is admitted"
SETTING = "the setting SWITCHBOARD_WEBHOOK_HOSTS names them"


def check_account(account: Account, configuration: Configuration, webhook_hosts: Collection[str]) -> None:
    """Check what an account refers to, its conditions, texts and jumps, and that its webhooks may be called.

    Raises:
        ConfigurationFault: the first rule that is broken.
    """
    _known("list_id", account.list_id, configuration.lists, "contact list")
    _all_known("whitelists", account.whitelists, configuration.whitelists, "whitelist")
    _all_known("agents", account.agents, configuration.agents, "agent")
    for position, action in enumerate(account.actions, start=1):
        where = f"actions.{position}"
        if action.interval is not None:
            _known(f"{where}.interval", action.interval, configuration.intervals, "interval")
        if isinstance(action, WebhookAction) and action.host not in webhook_hosts:
            raise ConfigurationFault(
                f"{where}.url", f"{action.host} is not among the hosts that may be called: {SETTING}"
            )
        _check_action(where, action, len(account.actions), configuration)


def account_warnings(account: Account, configuration: Configuration) -> tuple[str, ...]:
    """What is allowed and hardly meant."""
    lists = (configuration.whitelists.get(whitelist) for whitelist in account.whitelists)
    admits = any(whitelist.rules for whitelist in lists if whitelist is not None)
    closed = account.whitelist_mode is WhitelistMode.ONLY_LISTED and not admits
    return (NOBODY_ADMITTED,) if closed else ()


def whitelist_warnings(whitelist: Whitelist, configuration: Configuration) -> tuple[str, ...]:
    """The accounts that admit nobody, now that the whitelist is as it is."""
    lists = {**configuration.whitelists, whitelist.id: whitelist}
    changed = configuration.model_copy(update={"whitelists": lists})
    users = (account for account in configuration.accounts.values() if whitelist.id in account.whitelists)
    return tuple(f"account {user.name}: {why}" for user in users for why in account_warnings(user, changed))


def check_queue(queue: Queue, configuration: Configuration) -> None:
    """Check the members of a queue.

    Raises:
        ConfigurationFault: one does not exist.
    """
    _all_known("agents", queue.agents, configuration.agents, "agent")
    _all_known("teams", queue.teams, configuration.teams, "team")


def check_team(team: Team, configuration: Configuration) -> None:
    """Check the members of a team.

    Raises:
        ConfigurationFault: one does not exist.
    """
    _all_known("agents", team.agents, configuration.agents, "agent")


def check_whitelist(whitelist: Whitelist, configuration: Configuration) -> None:
    """Check the lists that a whitelist's rules name.

    Raises:
        ConfigurationFault: one does not exist.
    """
    for place, rule in enumerate(whitelist.rules, start=1):
        if isinstance(rule, ListRule):
            _known(f"rules.{place}.list_id", rule.list_id, configuration.lists, "contact list")


def check_alone(_value: Agent | ContactList | Interval, _configuration: Configuration) -> None:
    """What refers to nothing has nothing to check."""


def _check_action(where: str, action: Action, length: int, configuration: Configuration) -> None:
    match action:
        case QueueAction(queue=queue):
            _known(f"{where}.queue", queue, configuration.queues, "queue")
        case AgentAction(agent=agent):
            _known(f"{where}.agent", agent, configuration.agents, "agent")
        case GotoifAction():
            _check_jumps(where, {"if_true": action.if_true, "if_false": action.if_false}, length)
            names = {interval.name for interval in configuration.intervals.values()}
            compile_condition(action.condition, names, f"{where}.condition")
        case GotoAction(position=position):
            _check_jumps(where, {"position": position}, length)
        case AutoReplyAction(text=text):
            compile_template(text, f"{where}.text")
        case CloseAction() | TagAction() | NoopAction() | WebhookAction():
            pass


def _check_jumps(where: str, targets: Mapping[str, int | None], length: int) -> None:
    for name, target in targets.items():
        if target is not None and target > length:
            raise ConfigurationFault(f"{where}.{name}", f"there is no position {target}: the last one is {length}")


def _all_known(field: str, ids: Iterable[str], existing: Collection[str], what: str) -> None:
    for place, entity_id in enumerate(ids, start=1):
        _known(f"{field}.{place}", entity_id, existing, what)


def _known(field: str, entity_id: str, existing: Collection[str], what: str) -> None:
    if entity_id not in existing:
        raise ConfigurationFault(field, f"there is no {what} {entity_id}")
