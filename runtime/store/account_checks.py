"""What came of asking providers whether an account's credentials are good: of each account the last answer."""

from contracts.base import Instant, Value
from runtime.store.client import Store, store_errors
from runtime.store.documents import from_document, to_document

ACCOUNT_CHECKS = "account_checks"


class AccountCheck(Value):
    """An answer, in a sentence. `id` is the account, `correlation_id` that of the question."""

    id: str
    at: Instant
    correlation_id: str
    good: bool
    sentence: str


class AccountCheckStore:
    """Reads and writes of checks. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._checks = store.database[ACCOUNT_CHECKS]
        self._news = store.news

    async def get(self, account_id: str) -> AccountCheck | None:
        """The last answer; None when nobody has asked."""
        with store_errors():
            document = await self._checks.find_one({"_id": account_id})
        return from_document(AccountCheck, document) if document else None

    async def keep(self, check: AccountCheck) -> None:
        """Keep an answer in place of the one before."""
        with store_errors():
            await self._checks.replace_one({"_id": check.id}, to_document(check), upsert=True)
        self._news.configuration([ACCOUNT_CHECKS])
