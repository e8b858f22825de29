"""What must hold between the parts of a configuration before one of them is saved. Pure.

Places in lists are counted from 1 in the fields' names, as the positions of actions are: `actions.2.queue`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from console.integrations import check_integrations
from console.uses import keep_queue_name
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
from contracts.desk import Disposition, DispositionScope, GlobalAnswer, Pause
from contracts.errors import ConfigurationFault
from contracts.queues import Agent, Queue, Team
from contracts.whitelists import Whitelist
from runtime.conditions import compile_condition
from runtime.templates import compile_template

Filled = frozenset[str]
"""The keys of whitelists that have a rule."""
NOBODY_ADMITTED = "whitelist_mode is only_listed, and no associated whitelist has a rule: nobody is admitted"
SETTING = "the setting SWITCHBOARD_WEBHOOK_HOSTS names them"


def check_account(account: Account, configuration: Configuration, webhook_hosts: Collection[str]) -> None:
    """Check what an account refers to, its conditions, texts and jumps, and that its webhooks may be called.

    Raises:
        ConfigurationFault: the first rule that is broken.
    """
    check_integrations(account)
    _known("list_id", account.list_id, configuration.lists, "contact list")
    _all_known("whitelists", account.whitelists, configuration.whitelists, "whitelist")
    _all_known("agents", account.agents, configuration.agents, "agent")
    if account.mandatory_disposition.pause:
        _known("mandatory_disposition.pause", account.mandatory_disposition.pause, configuration.pauses, "pause")
    _check_answers(account)
    for position, action in enumerate(account.actions, start=1):
        where = f"actions.{position}"
        if action.interval is not None:
            _known(f"{where}.interval", action.interval, configuration.intervals, "interval")
        if isinstance(action, WebhookAction) and action.host not in webhook_hosts:
            raise ConfigurationFault(
                f"{where}.url", f"{action.host} is not among the hosts that may be called: {SETTING}"
            )
        _check_action(where, action, len(account.actions), configuration)


def admitting(accounts: Iterable[Account], configuration: Configuration) -> frozenset[str]:
    """The keys of the whitelists whose rules decide whom these accounts admit."""
    listed = (account for account in accounts if account.whitelist_mode is WhitelistMode.ONLY_LISTED)
    found = (configuration.whitelists.get(whitelist) for account in listed for whitelist in account.whitelists)
    return frozenset(whitelist.rules_key for whitelist in found if whitelist is not None)


def account_warnings(account: Account, configuration: Configuration, filled: Filled) -> tuple[str, ...]:
    """What is allowed and hardly meant."""
    closed = account.whitelist_mode is WhitelistMode.ONLY_LISTED
    return (NOBODY_ADMITTED,) if closed and filled.isdisjoint(admitting((account,), configuration)) else ()


def users_of(whitelist: Whitelist, configuration: Configuration) -> tuple[Account, ...]:
    """The accounts that a whitelist is associated with."""
    return tuple(account for account in configuration.accounts.values() if whitelist.id in account.whitelists)


def whitelist_warnings(whitelist: Whitelist, configuration: Configuration, filled: Filled) -> tuple[str, ...]:
    """The accounts that admit nobody, now that the whitelist is as it is."""
    users = users_of(whitelist, configuration)
    return tuple(
        f"account {user.name}: {why}" for user in users for why in account_warnings(user, configuration, filled)
    )


def check_queue(queue: Queue, configuration: Configuration) -> None:
    """Check the members of a queue, and that it keeps a name that conditions ask for.

    Raises:
        ConfigurationFault: a member does not exist.
        Conflict: the name was changed.
    """
    keep_queue_name(queue, configuration)
    _all_known("agents", queue.agents, configuration.agents, "agent")
    _all_known("teams", queue.teams, configuration.teams, "team")


def check_team(team: Team, configuration: Configuration) -> None:
    """Check the members of a team.

    Raises:
        ConfigurationFault: one does not exist.
    """
    _all_known("agents", team.agents, configuration.agents, "agent")


def check_answer(answer: GlobalAnswer, _configuration: Configuration) -> None:
    """Check the variables of a canned answer.

    Raises:
        ConfigurationFault: one is not known, or a brace stands alone.
    """
    compile_template(answer.text)


def check_disposition(disposition: Disposition, configuration: Configuration) -> None:
    """Check that what a disposition belongs to exists.

    Raises:
        ConfigurationFault: it does not.
    """
    match disposition.scope:
        case DispositionScope.GLOBAL:
            pass
        case DispositionScope.LIST:
            _known("scope_id", disposition.scope_id or "", configuration.lists, "contact list")
        case DispositionScope.ACCOUNT:
            _known("scope_id", disposition.scope_id or "", configuration.accounts, "account")
        case DispositionScope.QUEUE:
            _known("scope_id", disposition.scope_id or "", configuration.queues, "queue")


def check_alone(_value: Agent | Pause | Whitelist, _configuration: Configuration) -> None:
    """What refers to nothing has nothing to check."""


def _check_answers(account: Account) -> None:
    keys = Counter(answer.key for answer in account.canned_answers)
    for place, answer in enumerate(account.canned_answers, start=1):
        if keys[answer.key] > 1:
            raise ConfigurationFault(f"canned_answers.{place}.key", "is taken by another one")
        compile_template(answer.text, f"canned_answers.{place}.text")


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
