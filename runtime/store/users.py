"""Users as they are kept: found by their name, whatever its case."""

from collections.abc import Collection

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from contracts.access import User
from contracts.errors import ConfigurationFault
from runtime.store.audit import Step, Witness, change_recorded
from runtime.store.client import Document, Indexes, Store, store_errors
from runtime.store.documents import from_document, to_document
from runtime.store.pages import Page, PageRequest, page_of

USERS = "users"
INDEXES: Indexes = {USERS: [IndexModel("name_lower", unique=True, name="one_name")]}


class UserStore:
    """Reads and recorded changes of users. Every method raises `Unavailable` while MongoDB is away."""

    def __init__(self, store: Store) -> None:
        self._db = store.database

    async def get(self, user_id: str) -> User | None:
        """One user."""
        with store_errors():
            document = await self._db[USERS].find_one({"_id": user_id})
        return from_document(User, document) if document else None

    async def named(self, name: str) -> User | None:
        """The user of this name, whatever its case."""
        with store_errors():
            document = await self._db[USERS].find_one({"name_lower": folded(name)})
        return from_document(User, document) if document else None

    async def of_agent(self, agent_id: str) -> list[str]:
        """The ids of the users who are this agent."""
        with store_errors():
            cursor = self._db[USERS].find({"agent_id": agent_id}, {"_id": 1})
            return [document["_id"] async for document in cursor]

    async def names_of(self, agent_ids: Collection[str]) -> list[str]:
        """The names of the users who are one of these agents, in order."""
        with store_errors():
            cursor = self._db[USERS].find({"agent_id": {"$in": list(agent_ids)}}, {"name": 1}).sort("name_lower")
            return [document["name"] async for document in cursor]

    async def find(self, request: PageRequest) -> Page[User]:
        """A page of the users, in the order asked for.

        Raises:
            ConfigurationFault: the cursor is not one that an earlier page gave.
        """
        with store_errors():
            return await page_of(self._db[USERS], request, lambda document: from_document(User, document))

    async def change(self, user_id: str, step: Step[User], witness: Witness[User]) -> tuple[User | None, User | None]:
        """Create, change or delete a user, and record it; before and after.

        Raises:
            ConfigurationFault: the name is somebody else's.
        """
        try:
            return await change_recorded(self._db, USERS, User, user_id, step, witness, _document)
        except DuplicateKeyError as error:
            raise ConfigurationFault("name", "is taken by another one") from error


def folded(name: str) -> str:
    """A name as names are compared: without regard to case, and to blanks around it."""
    return name.strip().casefold()


def _document(user: User) -> Document:
    return {**to_document(user), "name_lower": folded(user.name)}
