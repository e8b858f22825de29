"""API tokens as they are kept: by a hash, for a token has too many random bits to be guessed."""

from datetime import datetime, timedelta

from pymongo import IndexModel

from contracts.access import ApiToken
from runtime.store.audit import Step, Witness, change_recorded
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.documents import from_document, to_document
from runtime.store.pages import Page, PageRequest, page_of
from runtime.store.sessions import hash_of

TOKENS = "api_tokens"
INDEXES: Indexes = {TOKENS: [IndexModel("token_hash", unique=True, name="of_token")]}
USED_EVERY = timedelta(seconds=60)
"""How exact `used_at` is: it is not written more often."""


class TokenStore:
    """Reads and recorded changes of tokens. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._db = store.database

    async def add(self, token: ApiToken, secret: str, witness: Witness[ApiToken]) -> None:
        """Keep a new one, and record it."""

        def document(value: ApiToken) -> Document:
            return {**to_document(value), "token_hash": hash_of(secret)}

        await change_recorded(self._db, TOKENS, ApiToken, token.id, lambda _none: token, witness, document)

    async def revoke(self, token_id: str, step: Step[ApiToken], witness: Witness[ApiToken]) -> None:
        """Delete one for which `step` raises nothing, and record it."""
        await change_recorded(self._db, TOKENS, ApiToken, token_id, step, witness)

    async def opened(self, secret: str, now: datetime) -> ApiToken | None:
        """The token with these words, noted as used now; None when it has expired, or there is none."""
        with store_errors():
            document = await self._db[TOKENS].find_one({"token_hash": hash_of(secret)})
            token = from_document(ApiToken, document) if document else None
            if token is None or (token.expires_at is not None and token.expires_at <= now):
                return None
            if token.used_at is None or now - token.used_at >= USED_EVERY:
                await self._db[TOKENS].update_one({"_id": token.id}, {"$max": {"used_at": now}})
        return token

    async def find(self, request: PageRequest) -> Page[ApiToken]:
        """A page of the tokens, in the order asked for.

        Raises:
            ConfigurationFault: the cursor is not one that an earlier page gave.
        """
        with store_errors():
            return await page_of(self._db[TOKENS], request, lambda document: from_document(ApiToken, document))
