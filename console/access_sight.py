"""What an agent sees: interactions of accounts that they are associated with, of queues that they are a member of, and
those that are theirs or offered to them; and of contacts and files what belongs to these.

Everybody else sees everything: then the checks are not asked.
"""

from collections.abc import Awaitable, Callable, Iterator

from console.dependencies import ConsoleDependencies
from contracts.access import Principal, Role, Sight
from contracts.configuration import Configuration
from contracts.contacts import Contact
from contracts.errors import NotFound
from contracts.interactions import Interaction
from contracts.partitioning import conversation_key


class Eyes:
    """Finds out what is an agent's. Each check raises `NotFound` for what is none of theirs."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._with = dependencies
        self._store = dependencies.access.sight
        self._of: Configuration | None = None
        self._sights: dict[str, Sight] = {}

    def sight(self, principal: Principal) -> Sight | None:
        """What somebody sees; None: everything."""
        if principal.role is not Role.AGENT:
            return None
        configuration, agent_id = self._with.configuration_cache.current, principal.agent_id or ""
        if self._of is not configuration:
            self._of, self._sights = configuration, {}
        if agent_id not in self._sights:
            self._sights[agent_id] = self._sight(configuration, agent_id)
        return self._sights[agent_id]

    def _sight(self, configuration: Configuration, agent_id: str) -> Sight:
        return Sight(
            agent_id=agent_id,
            accounts=tuple(account.id for account in configuration.accounts.values() if agent_id in account.agents),
            queues=tuple(queue.id for queue in configuration.queues_of(agent_id)),
        )

    async def accounts(self, principal: Principal) -> frozenset[str] | None:
        """The accounts that somebody is to know of: also those of what they have in front of them. None: all."""
        sight = self.sight(principal)
        if sight is None:
            return None
        entries = await self._with.agent_queues.entries(sight.agent_id)
        return frozenset(sight.accounts) | {entry.account_id for entry in entries}

    async def lists(self, principal: Principal) -> frozenset[str] | None:
        """The contact lists of these accounts; None: all."""
        accounts = await self.accounts(principal)
        if accounts is None:
            return None
        known = self._with.configuration_cache.current.accounts
        return frozenset(known[account].list_id for account in accounts if account in known)

    async def interaction(self, principal: Principal, interaction_id: str) -> Interaction:
        """An interaction."""
        sight = self.sight(principal)
        found = await self._with.interactions.get(interaction_id)
        if found is None or (sight is not None and not sight.sees(found)):
            raise NotFound(f"there is no interaction {interaction_id}")
        return found

    async def account(self, principal: Principal, account_id: str) -> None:
        """An account."""
        await _among(self.accounts, principal, account_id, "account")

    async def contact_list(self, principal: Principal, list_id: str) -> None:
        """A contact list."""
        await _among(self.lists, principal, list_id, "contact list")

    async def queue(self, principal: Principal, queue_id: str) -> None:
        """What waits in a queue."""
        sight = self.sight(principal)
        if sight is not None and queue_id not in sight.queues:
            raise NotFound(f"you are no member of a queue {queue_id}")

    async def contact(self, principal: Principal, contact_id: str) -> None:
        """A contact."""
        sight, lists = self.sight(principal), await self.lists(principal)
        contact = await self._with.contacts.get(contact_id)
        if sight is None or lists is None or (contact is not None and contact.list_id in lists):
            return
        conversations = list(self._conversations(contact)) if contact is not None else []
        if not conversations or not await self._store.sees_conversation(sight, conversations):
            raise NotFound(f"there is no contact {contact_id}")

    async def file(self, principal: Principal, file_id: str) -> None:
        """A file."""
        sight = self.sight(principal)
        if sight is not None and not await self._store.sees_file(sight, principal.id, file_id):
            raise NotFound(f"there is no file {file_id}")

    def _conversations(self, contact: Contact) -> Iterator[str]:
        for account in self._with.configuration_cache.current.accounts.values():
            if account.list_id == contact.list_id:
                for key in (contact.key, *contact.merged_keys):
                    yield conversation_key(account.id, key)


async def _among(
    seen: Callable[[Principal], Awaitable[frozenset[str] | None]], principal: Principal, wanted: str, label: str
) -> None:
    known = await seen(principal)
    if known is not None and wanted not in known:
        raise NotFound(f"there is no {label} {wanted}")
