"""What is checked while a file streams in."""

import base64
import hashlib
from collections.abc import AsyncGenerator

import pytest

from runtime.media.intake import Announced, checked, digest_of, peek
from runtime.media.seam import TooLarge, WrongHash

CONTENT = b"0123456789" * 100
SHA256 = hashlib.sha256(CONTENT)


async def parts_of(content: bytes, size: int) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def all_of(parts: AsyncGenerator[bytes, None]) -> bytes:
    return b"".join([part async for part in parts])


@pytest.mark.parametrize("written", [SHA256.hexdigest(), SHA256.hexdigest().upper(), None, "", "x=", "not a hash"])
async def test_a_file_passes_with_its_hash_or_with_none_that_can_be_read(written: str | None) -> None:
    announced = Announced(most=1000, sha256=written)

    assert await all_of(checked(parts_of(CONTENT, 7), announced)) == CONTENT


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"0", CONTENT[::-1], b""])
async def test_a_file_with_another_hash_is_refused(content: bytes) -> None:
    announced = Announced(most=10_000, sha256=base64.b64encode(SHA256.digest()).decode())

    with pytest.raises(WrongHash):
        await all_of(checked(parts_of(content, 100), announced))


async def test_a_file_is_refused_with_the_first_byte_too_many() -> None:
    parts = checked(parts_of(CONTENT, 100), Announced(most=999))

    assert b"".join([await anext(parts) for _ in range(9)]) == CONTENT[:900]
    with pytest.raises(TooLarge):
        await anext(parts)


@pytest.mark.parametrize("size", [1, 100, 511, 512, 513, 1000])
async def test_a_look_at_the_first_bytes_takes_nothing_away(size: int) -> None:
    head, whole = await peek(parts_of(CONTENT, size))

    assert head == CONTENT[:512]
    assert await all_of(whole) == CONTENT


async def test_a_look_at_an_empty_file_sees_nothing() -> None:
    head, whole = await peek(parts_of(b"", 1))

    assert (head, await all_of(whole)) == (b"", b"")


def test_a_hash_is_read_in_hexadecimal_and_in_both_forms_of_base64() -> None:
    digest = next(one for n in range(1000) if b"\xfb" in (one := hashlib.sha256(b"%d" % n).digest())[:1])
    for written in (digest.hex(), base64.b64encode(digest).decode(), base64.urlsafe_b64encode(digest).decode()):
        assert digest_of(f" {written}\n") == digest.hex()
    assert digest_of(base64.b64encode(b"too short").decode()) is None
