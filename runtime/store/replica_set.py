"""Replica sets: makes one of new mongods, and tells what kind of deployment answers at a URL."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ReadPreference
from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError

from contracts.errors import SetupFault, Unavailable
from runtime.store.client import Document, closed

_NOT_YET_INITIALIZED = 94
_AUTHENTICATION_FAILED = 18
_UNAUTHORIZED = 13
_PRIMARY, _SECONDARY = 1, 2
_POLL_S = 0.05


@dataclass(frozen=True)
class ServerFacts:
    """What a MongoDB deployment says of itself."""

    version: str
    replica_set: str | None
    writable: bool


async def ensure_replica_set(
    host: str, port: int, name: str, *, timeout_s: float, alive: Callable[[], bool] = lambda: True
) -> str:
    """Make the mongod a replica set of one member, or move the member to this address, and wait for its primary.

    Args:
        alive: asked between attempts, so that the caller can end the wait.

    Returns:
        The server's version.

    Raises:
        Unavailable: it does not answer, or does not take writes in time.
    """
    member = f"{host}:{port}"
    end = time.monotonic() + timeout_s
    async with _connected(f"mongodb://{member}/?directConnection=true", timeout_s=1.0) as client:
        while alive() and time.monotonic() < end:
            with contextlib.suppress(PyMongoError):
                if await _is_primary(client, name, member):
                    return str((await client.admin.command("buildInfo"))["version"])
            await asyncio.sleep(_POLL_S)
    raise Unavailable(f"the database at {member} did not become the primary of a replica set")


async def ensure_answer(
    host: str, port: int, _name: str, *, timeout_s: float, alive: Callable[[], bool] = lambda: True
) -> str:
    """Wait for a mongod that is one member of several; the rest as above.

    Raises:
        Unavailable: it does not answer in time.
    """
    url = f"mongodb://{host}:{port}/?directConnection=true"
    end = time.monotonic() + timeout_s
    while alive() and time.monotonic() < end:
        with contextlib.suppress(Unavailable):
            return (await server_facts(url, timeout_s=1.0)).version
        await asyncio.sleep(_POLL_S)
    raise Unavailable(f"the database at {host}:{port} does not answer")


async def ensure_members(hosts: Sequence[str], name: str, *, election_s: float, timeout_s: float) -> None:
    """Make a replica set of these members unless it is one, and wait until it has a primary and all have caught up.

    Args:
        hosts: address and port of each; they answer already.
        election_s: after how long without a sign of the primary the others elect a new one.

    Raises:
        Unavailable: that did not happen in time.
    """
    members = [{"_id": number, "host": host} for number, host in enumerate(hosts)]
    settings = {"electionTimeoutMillis": int(election_s * 1000), "heartbeatIntervalMillis": int(election_s * 250)}
    end = time.monotonic() + timeout_s
    async with _connected(f"mongodb://{hosts[0]}/?directConnection=true", timeout_s=1.0) as client:
        while time.monotonic() < end:
            with contextlib.suppress(PyMongoError):
                if await _complete(client, {"_id": name, "members": members, "settings": settings}):
                    return
            await asyncio.sleep(_POLL_S)
    raise Unavailable(f"the databases at {', '.join(hosts)} did not become a replica set")


async def primary_of(url: str, timeout_s: float = 5.0) -> str | None:
    """Address and port of the member that takes writes now; None while there is none.

    Raises:
        Unavailable: no member answers in time.
    """
    async with _connected(url, timeout_s) as client:
        try:
            status = await client.get_database("admin", read_preference=ReadPreference.NEAREST).command(
                "replSetGetStatus", read_preference=ReadPreference.NEAREST
            )
        except PyMongoError as error:
            raise Unavailable(f"no database answers ({type(error).__name__})") from error
    return next((str(member["name"]) for member in status["members"] if member["state"] == _PRIMARY), None)


async def server_facts(url: str, timeout_s: float = 5.0) -> ServerFacts:
    """What answers at the URL.

    Raises:
        SetupFault: the URL is malformed, or the database refuses the user or the password.
        Unavailable: nothing answers in time.
    """
    try:
        async with _connected(url, timeout_s) as client:
            hello = await client.admin.command("hello")
            version = (await client.admin.command("buildInfo"))["version"]
    except (ConfigurationError, ValueError) as error:
        raise SetupFault("MONGO_URL is not of the form mongodb://user:password@host:port/") from error
    except OperationFailure as error:
        if error.code in (_AUTHENTICATION_FAILED, _UNAUTHORIZED):
            raise SetupFault("the database refuses the login; check user and password in MONGO_URL") from error
        raise Unavailable(f"the database refuses a plain question (code {error.code})") from error
    except PyMongoError as error:
        raise Unavailable(f"no database answers ({type(error).__name__})") from error
    return ServerFacts(str(version), hello.get("setName"), bool(hello.get("isWritablePrimary")))


@contextlib.asynccontextmanager
async def _connected(url: str, timeout_s: float) -> AsyncIterator[AsyncIOMotorClient[Document]]:
    milliseconds = int(timeout_s * 1000)
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
        url, serverSelectionTimeoutMS=milliseconds, connectTimeoutMS=milliseconds
    )
    try:
        yield client
    finally:
        await closed(client)


async def _complete(client: AsyncIOMotorClient[Document], configuration: Document) -> bool:
    try:
        status = await client.admin.command("replSetGetStatus")
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIALIZED:
            raise
        await client.admin.command("replSetInitiate", configuration)
        return False
    states = sorted(member["state"] for member in status["members"])
    return states == [_PRIMARY, *[_SECONDARY] * (len(states) - 1)]


async def _is_primary(client: AsyncIOMotorClient[Document], name: str, member: str) -> bool:
    hello = await client.admin.command("hello")
    if hello.get("isWritablePrimary") and hello.get("me") == member:
        return True
    await _configure(client, name, member)
    return False


async def _configure(client: AsyncIOMotorClient[Document], name: str, member: str) -> None:
    """A new mongod is initiated; one whose data names another port, a restart having chosen a new one, is moved."""
    try:
        configuration = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIALIZED:
            raise
        await client.admin.command("replSetInitiate", {"_id": name, "members": [{"_id": 0, "host": member}]})
        return
    if configuration["members"][0]["host"] != member:
        configuration["members"][0]["host"] = member
        configuration["version"] += 1
        await client.admin.command("replSetReconfig", configuration, force=True)
