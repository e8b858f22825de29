"""Passwords: hashed so that each takes the same work to check, whether there is a user or not."""

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from console.access_passwords import Passwords
from contracts.errors import ConfigurationFault

WORDS = SecretStr("correct horse battery")


async def test_a_password_matches_its_own_hash_and_no_two_hashes_are_alike() -> None:
    passwords = Passwords(12)
    one, other = [await passwords.hashed("password", WORDS, "Ann") for _ in range(2)]

    assert one != other
    assert await passwords.matches(one, WORDS)
    assert await passwords.matches(other, WORDS)
    assert not await passwords.matches(one, SecretStr("correct horse batter\u00ff"))
    assert not await passwords.matches("no hash at all", WORDS)


async def test_where_there_is_no_user_a_hash_is_checked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, kept: str, words: str) -> bool:
        checked.append(kept)
        return verify(self, kept, words)

    passwords = Passwords(12)
    kept = await passwords.hashed("password", WORDS, "Ann")
    monkeypatch.setattr(PasswordHasher, "verify", counted)

    assert [await passwords.matches(one, SecretStr("wrong")) for one in (kept, None)] == [False, False]
    assert len(checked) == 2
    assert [hash_.rpartition("$")[0].rpartition("$")[0] for hash_ in checked] == ["$argon2id$v=19$m=65536,t=3,p=4"] * 2


@pytest.mark.parametrize(
    ("words", "rule"), [("eleven char", "12 characters"), ("Ann Katherine", "must not be the name")]
)
async def test_a_bad_password_is_refused_by_its_field(words: str, rule: str) -> None:
    with pytest.raises(ConfigurationFault, match=rule) as refused:
        await Passwords(12).hashed("new", SecretStr(words), "ann katherine")

    assert refused.value.field == "new"
