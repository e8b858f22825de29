"""Media types: which are taken for which kind, which may be shown by a browser, and which are dangerous. Tables first.

A type that a provider or a browser declares is a claim. What could run or be rendered as a page is kept, for nothing is
lost, but as `application/octet-stream`: a browser saves that and does nothing else with it.
"""

import re
from typing import Literal

from contracts.content import MediaKind

OCTETS = "application/octet-stream"
PAGE = "text/html"
SAYS_NOTHING = frozenset({"", OCTETS, "application/binary", "application/force-download", "binary/octet-stream"})
"""What file servers write who do not know what they serve."""
HEAD_BYTES = 512
"""How many of the first bytes are looked at."""

KIND_TYPES: dict[MediaKind, tuple[str, ...]] = {
    "image": ("image/",),
    "sticker": ("image/",),
    "audio": ("audio/", "video/mp4", "video/ogg", "application/ogg"),
    "voice": ("audio/", "video/mp4", "video/ogg", "application/ogg"),
    "video": ("video/",),
    "document": ("",),
}
"""The beginnings of the types that a kind may have. Sound comes in containers that are often taken for video."""

ACTIVE_TYPES = frozenset(
    {
        "application/ecmascript",
        "application/hta",
        "application/java-archive",
        "application/javascript",
        "application/vnd.microsoft.portable-executable",
        "application/x-dosexec",
        "application/x-executable",
        "application/x-javascript",
        "application/x-msdownload",
        "application/x-sh",
        "application/x-shockwave-flash",
        "application/xhtml+xml",
        "application/xml",
        "image/svg+xml",
        "multipart/related",
        "text/css",
        "text/ecmascript",
        PAGE,
        "text/javascript",
        "text/xml",
    }
)

INLINE_TYPES = frozenset(
    {
        "application/pdf",
        "audio/aac",
        "audio/amr",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "audio/webm",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "video/3gpp",
        "video/mp4",
        "video/ogg",
        "video/webm",
    }
)
"""What a browser may show in place; everything else is saved as a file."""

SENDABLE_DOCUMENTS = frozenset(
    {
        "application/msword",
        "application/pdf",
        "application/rtf",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/zip",
        "text/calendar",
        "text/csv",
        "text/plain",
        "text/vcard",
        "text/x-vcard",
    }
)
"""What agents may send beside images, sound and films; each provider refuses of it what it does not take."""

_SENDABLE = ("image/", "audio/", "video/")
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
)
"""How programs begin: of Windows, Linux, scripts, Java, macOS."""
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")

Danger = Literal["markup", "program"]


def plain_type(declared: str) -> str:
    """A declared type without its parameters and in lower case; empty when it is none."""
    name = declared.partition(";")[0].strip().lower()
    return name if _TYPE.fullmatch(name) else ""


def fits(kind: MediaKind, mime_type: str) -> bool:
    """Whether a kind may have a type. One that says nothing fits any kind."""
    return mime_type in SAYS_NOTHING or mime_type.startswith(KIND_TYPES[kind])


def sendable(mime_type: str) -> bool:
    """Whether agents may send a type."""
    return mime_type not in ACTIVE_TYPES and (mime_type.startswith(_SENDABLE) or mime_type in SENDABLE_DOCUMENTS)


def danger(head: bytes) -> Danger | None:
    """What the first bytes of a file give away: markup, which may hold scripts (HTML, SVG, XML), or a program."""
    if head.startswith(_PROGRAMS):
        return "program"
    for mark in _BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    # In UTF-16 every other byte of the sign that begins all markup is a NUL.
    return "markup" if head.lstrip(b"\0 \t\r\n\f").startswith(b"<") else None


def kept_type(declared: str, head: bytes) -> str:
    """The type under which a file is kept."""
    mime_type = plain_type(declared)
    return OCTETS if not mime_type or mime_type in ACTIVE_TYPES or danger(head) else mime_type


def safe_name(name: str | None) -> str | None:
    """A file's name without its folders and without signs that are not seen (some turn the order of the letters)."""
    last = re.split(r"[/\\]", name or "")[-1]
    return "".join(sign for sign in last if sign.isprintable()).strip(" .")[:240] or None
