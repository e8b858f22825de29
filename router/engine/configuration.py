"""The configuration of one version, made ready for deciding: conditions, templates and time zones compiled."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from contracts.accounts import Account, WhitelistMode
from contracts.actions import Action, AutoReplyAction, GotoifAction, QueueAction, WebhookAction
from contracts.configuration import Configuration
from contracts.errors import ConfigurationFault, Unprocessable
from contracts.intervals import Interval
from runtime.conditions import Condition, Failed, compile_condition
from runtime.templates import Template, compile_template


@dataclass(frozen=True, slots=True)
class CompiledAccount:
    """An account made ready.

    `whitelists` are the keys of the whitelists that admit senders, None while the whitelist mode is off. `conditions`
    and `templates` stand under the position of their entry; one that is not valid (any more) is a `Failed`. `lists` are
    the ids of the contact lists whose membership is asked for. `uses_queue`, `uses_message`: some entry looks at
    queues' figures or the message.
    """

    account: Account
    zone: ZoneInfo
    whitelists: frozenset[str] | None
    intervals: Mapping[str, Interval]
    conditions: Mapping[int, Condition | Failed]
    templates: Mapping[int, Template | Failed]
    lists: frozenset[str]
    uses_queue: bool
    uses_message: bool

    def entry(self, position: int) -> Action | None:
        """The entry at this position; None when there is none."""
        actions = self.account.actions
        return actions[position - 1] if 1 <= position <= len(actions) else None


def compile_account(account: Account, configuration: Configuration) -> CompiledAccount:
    """The account made ready, with the whitelists and intervals of this configuration."""
    intervals = {interval.name: interval for interval in configuration.intervals.values()}
    conditions = {
        position: _condition(entry, intervals)
        for position, entry in enumerate(account.actions, 1)
        if isinstance(entry, GotoifAction)
    }
    templates = {
        position: _template(entry)
        for position, entry in enumerate(account.actions, 1)
        if isinstance(entry, AutoReplyAction)
    }
    calls = any(isinstance(entry, WebhookAction) for entry in account.actions)
    valid = [condition for condition in conditions.values() if isinstance(condition, Condition)]
    asks = any(condition.reads("contact", "lists") for condition in valid)
    return CompiledAccount(
        account=account,
        zone=ZoneInfo(account.timezone),
        whitelists=_whitelists(account, configuration),
        intervals=intervals,
        conditions=conditions,
        templates=templates,
        lists=frozenset(configuration.lists if asks else ()),
        uses_queue=_skips(account, configuration) or any("queue" in condition.variables for condition in valid),
        uses_message=calls or any("message" in condition.variables for condition in valid),
    )


def _skips(account: Account, configuration: Configuration) -> bool:
    """Whether the list has a queue whose step is over at once when nobody is there."""
    queues = (configuration.queues.get(entry.queue) for entry in account.actions if isinstance(entry, QueueAction))
    return any(queue is not None and queue.skip_without_agents for queue in queues)


def _condition(entry: GotoifAction, intervals: Mapping[str, Interval]) -> Condition | Failed:
    try:
        return compile_condition(entry.condition, intervals)
    except ConfigurationFault as fault:
        return Failed(fault.rule)


def _template(entry: AutoReplyAction) -> Template | Failed:
    try:
        return compile_template(entry.text)
    except ConfigurationFault as fault:
        return Failed(fault.rule)


def _whitelists(account: Account, configuration: Configuration) -> frozenset[str] | None:
    if account.whitelist_mode is WhitelistMode.OFF:
        return None
    found = (configuration.whitelists.get(whitelist) for whitelist in account.whitelists)
    return frozenset(whitelist.rules_key for whitelist in found if whitelist is not None)


class RoutingConfiguration:
    """A configuration whose accounts are compiled when they are first asked for.

    What `previous` has compiled is taken over where nothing that it depends on has changed.
    """

    def __init__(self, configuration: Configuration, previous: "RoutingConfiguration | None" = None) -> None:
        self.configuration = configuration
        self._accounts: dict[str, CompiledAccount] = {}
        self._earlier = previous._known() if previous else {}

    def find(self, account_id: str) -> CompiledAccount | None:
        """The account made ready; None when there is no such account."""
        return self.account(account_id) if account_id in self.configuration.accounts else None

    def account(self, account_id: str) -> CompiledAccount:
        """The account made ready.

        Raises:
            Unprocessable: there is no such account.
        """
        if compiled := self._accounts.get(account_id):
            return compiled
        account = self.configuration.accounts.get(account_id)
        if account is None:
            raise Unprocessable(f"account {account_id} does not exist")
        compiled = self._reused(account) or compile_account(account, self.configuration)
        self._accounts[account_id] = compiled
        return compiled

    def _known(self) -> dict[str, tuple[CompiledAccount, Configuration]]:
        present = self.configuration.accounts
        mine = {account_id: (compiled, self.configuration) for account_id, compiled in self._accounts.items()}
        return {account_id: known for account_id, known in (self._earlier | mine).items() if account_id in present}

    def _reused(self, account: Account) -> CompiledAccount | None:
        compiled, configuration = self._earlier.get(account.id, (None, None))
        if compiled is None or configuration is None or compiled.account.revision != account.revision:
            return None
        now = self.configuration
        same = (
            all(configuration.whitelists.get(name) == now.whitelists.get(name) for name in account.whitelists)
            and configuration.intervals == now.intervals
            and configuration.lists.keys() == now.lists.keys()
        )
        return compiled if same else None
