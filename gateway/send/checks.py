"""The errand that asks a provider whether an account's credentials are good, by a call without effect."""

import asyncio
from collections.abc import Mapping

from contracts.accounts import Account
from contracts.commands import CheckAccount
from gateway.providers.delivery import Delivers, Refused, TryLater
from gateway.providers.seam import Provider
from gateway.send.calls import Caller
from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.logging import get_logger
from runtime.store.account_checks import AccountCheck, AccountCheckStore

log = get_logger(__name__)

WITHIN_S = 30
"""Most time for an answer: somebody waits for it."""

NOT_CHECKED = "The credentials of accounts at this provider cannot be checked."
NO_ANSWER = "The provider did not answer in time."


class AccountChecker:
    """Asks once; what came of it is kept, whatever it is. Who wants to know again asks again."""

    def __init__(
        self,
        store: AccountCheckStore,
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

    async def check(self, command: CheckAccount) -> None:
        """Ask the provider and keep the answer.

        Raises:
            Unavailable: the database is away.
        """
        await self._configuration.changed()
        account = self._configuration.current.accounts.get(command.account_id)
        if account is None:
            return  # deleted meanwhile
        good, sentence = await self._ask(account)
        check = AccountCheck(
            id=account.id, at=self._clock(), correlation_id=command.correlation_id, good=good, sentence=sentence
        )
        await self._store.keep(check)
        log.info("account.checked", correlation_id=command.correlation_id, account=account.key, good=good)

    async def _ask(self, account: Account) -> tuple[bool, str]:
        provider = self._providers.get(account.type)
        if not isinstance(provider, Delivers):
            return False, NOT_CHECKED
        try:
            async with asyncio.timeout(WITHIN_S):
                return True, await self._caller.converse(provider.check(account), account)
        except (Refused, TryLater) as error:
            return False, str(error)
        except TimeoutError:
            return False, NO_ANSWER
