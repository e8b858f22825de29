"""The errand that reads an account's templates from its provider."""

import asyncio
from collections.abc import Mapping

from contracts.commands import SynchroniseTemplates
from gateway.providers.delivery import HoldsTemplates, Refused
from gateway.providers.seam import Provider
from gateway.send.calls import Caller
from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.logging import get_logger
from runtime.store.templates import TemplateStore

log = get_logger(__name__)

WITHIN_S = 120
"""Most time for all pages of a list."""

NO_LIST = "This provider has no list of templates that could be read."


class TemplateReader:
    """Reads templates. Why it could not is kept, for whoever looks at the list."""

    def __init__(
        self,
        store: TemplateStore,
        configuration: ConfigurationCache,
        providers: Mapping[str, Provider],
        caller: Caller,
        clock: Clock,
    ) -> None:
        self._store = store
        self._configuration = configuration
        self._providers = providers
        self._caller = caller
        self._clock = clock

    async def synchronise(self, command: SynchroniseTemplates) -> None:
        """Read all templates of an account and keep them in place of those that were known.

        Raises:
            TryLater: the provider cannot be asked now.
            Unavailable: the database is away.
        """
        await self._configuration.changed()
        account = self._configuration.current.accounts.get(command.account_id)
        if account is None:
            return  # deleted meanwhile
        provider, now = self._providers.get(account.type), self._clock()
        if not isinstance(provider, HoldsTemplates):
            await self._store.note_fault(account.id, NO_LIST, now)
            return
        try:
            async with asyncio.timeout(WITHIN_S):
                found = await self._caller.converse(provider.templates(account), account)
        except (Refused, TimeoutError) as error:
            log.warning("templates.not_read", correlation_id=command.correlation_id, account=account.key)
            await self._store.note_fault(account.id, str(error) or "The provider did not answer in time.", now)
        else:
            await self._store.replace(account.id, found, now)
            log.info("templates.read", correlation_id=command.correlation_id, account=account.key, templates=len(found))
