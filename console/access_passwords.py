"""Passwords: hashed with argon2id, in a thread and few at a time, for a hash takes 64 MiB and a tenth of a second.

Whoever gives a name that nobody has waits as long as who gives a wrong password.
"""

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from pydantic import SecretStr

from contracts.errors import ConfigurationFault

AT_ONCE = 2


class Passwords:
    """Hashes passwords and checks them.

    Args:
        shortest: the fewest characters that a new one may have.
    """

    def __init__(self, shortest: int) -> None:
        self._shortest = shortest
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def hashed(self, field: str, password: SecretStr, name: str) -> str:
        """What is kept of a new password.

        Raises:
            ConfigurationFault: it is too short, or the user's name; `field` is where it was given.
        """
        words = password.get_secret_value()
        if len(words) < self._shortest:
            raise ConfigurationFault(field, f"must have {self._shortest} characters at least")
        if words.casefold() == name.casefold():
            raise ConfigurationFault(field, "must not be the name")
        async with self._turns:
            return await asyncio.to_thread(_hasher().hash, words)

    async def matches(self, kept: str | None, password: SecretStr) -> bool:
        """Whether this is the password of which `kept` was made; None: there is none, which takes as long to find."""
        async with self._turns:
            return await asyncio.to_thread(_verified, kept, password.get_secret_value())


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys() -> str:
    return _hasher().hash(secrets.token_urlsafe())


def _verified(kept: str | None, words: str) -> bool:
    nobodys = _nobodys()
    try:
        return _hasher().verify(kept or nobodys, words) and kept is not None
    except (Argon2Error, InvalidHashError):
        return False
