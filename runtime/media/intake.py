"""Taking a file in: its type, size and hash are checked while it streams into the store."""

import base64
import binascii
import hashlib
import re
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from dataclasses import dataclass

from runtime.media.seam import FileInfo, MediaStore, TooLarge, WrongHash
from runtime.media.types import HEAD_BYTES, kept_type, safe_name

_HEX = re.compile(r"[0-9A-Fa-f]{64}")
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Announced:
    """What is said of a file before it is read. `sha256` as a provider writes it; `most` are the bytes that we take."""

    most: int
    mime_type: str = ""
    filename: str | None = None
    sha256: str | None = None


async def take_in(media: MediaStore, file_id: str, parts: AsyncIterable[bytes], announced: Announced) -> FileInfo:
    """Keep a file, if it is as announced.

    Raises:
        TooLarge, WrongHash: it is not, and nothing of it was kept.
        Unavailable: the store cannot be reached.
    """
    async with aclosing(checked(parts, announced)) as genuine:
        head, whole = await peek(genuine)
        async with aclosing(whole):
            mime_type = kept_type(announced.mime_type, head)
            return await media.put(file_id, whole, mime_type, safe_name(announced.filename))


async def checked(parts: AsyncIterable[bytes], announced: Announced) -> AsyncGenerator[bytes, None]:
    """The same parts, until they break what was announced.

    Raises:
        TooLarge: with the first byte too many.
        WrongHash: at the end.
    """
    wanted, digest, size = digest_of(announced.sha256), hashlib.sha256(), 0
    async for part in parts:
        size += len(part)
        if size > announced.most:
            raise TooLarge(announced.most)
        digest.update(part)
        yield part
    if wanted not in {None, digest.hexdigest()}:
        raise WrongHash


async def peek(parts: AsyncGenerator[bytes, None]) -> tuple[bytes, AsyncGenerator[bytes, None]]:
    """The first bytes of a stream, and the whole of it still to be read."""
    read: list[bytes] = []
    async for part in parts:
        read.append(part)
        if sum(map(len, read)) >= HEAD_BYTES:
            break
    head = b"".join(read)

    async def whole() -> AsyncGenerator[bytes, None]:
        if head:
            yield head
        async for part in parts:
            yield part

    return head[:HEAD_BYTES], whole()


def digest_of(written: str | None) -> str | None:
    """A SHA-256 in lower-case hexadecimal, read from hexadecimal or base64; None for what is neither.

    Meta writes base64 in its webhooks and hexadecimal in its API (the latter unconfirmed), others leave it out.
    """
    text = (written or "").strip()
    if _HEX.fullmatch(text):
        return text.lower()
    try:
        digest = base64.b64decode(text, altchars=b"-_" if set(text) & {"-", "_"} else None, validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == _DIGEST_BYTES else None
