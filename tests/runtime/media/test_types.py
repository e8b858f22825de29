"""Which types are taken, and which files are dangerous whatever they are called."""

import pytest

from contracts.content import MediaKind
from runtime.media.types import INLINE_TYPES, OCTETS, fits, kept_type, plain_type, safe_name, sendable

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("declared", "plain"),
    [
        ("image/PNG", "image/png"),
        ("audio/ogg; codecs=opus", "audio/ogg"),
        (" text/plain ;charset=utf-8", "text/plain"),
        ("", ""),
        ("png", ""),
        ("image/png\r\nSet-Cookie: a=b", ""),
        ("image/", ""),
    ],
)
def test_a_type_is_its_name_without_parameters(declared: str, plain: str) -> None:
    assert plain_type(declared) == plain


@pytest.mark.parametrize(
    "head",
    [
        b"<!DOCTYPE html><p>",
        b"\n\t <html>",
        b"\xef\xbb\xbf<svg onload='x()'>",
        b'<?xml version="1.0"?><svg/>',
        b"\xff\xfe<\0h\0t\0m\0l\0",
        b"\xfe\xff\0<\0h",
        b"MZ\x90\0",
        b"\x7fELF\x02",
        b"#!/bin/sh\n",
        b"\xca\xfe\xba\xbe",
        b"\xcf\xfa\xed\xfe",
    ],
)
def test_markup_and_programs_are_kept_as_mere_octets_whatever_is_declared(head: bytes) -> None:
    assert kept_type("image/png", head) == OCTETS
    assert kept_type("application/pdf", head) == OCTETS


@pytest.mark.parametrize(
    "declared", ["text/html", "image/svg+xml", "TEXT/HTML; charset=utf-8", "application/xhtml+xml", "", "nonsense"]
)
def test_what_is_declared_as_active_or_as_nothing_is_kept_as_mere_octets(declared: str) -> None:
    assert kept_type(declared, b"harmless") == OCTETS
    assert not sendable(plain_type(declared))


def test_what_is_harmless_keeps_its_type() -> None:
    assert kept_type("image/png", PNG) == "image/png"
    assert kept_type("audio/ogg; codecs=opus", b"OggS") == "audio/ogg"
    assert kept_type("text/plain", b"1 < 2") == "text/plain"


@pytest.mark.parametrize(
    ("kind", "mime_type", "fit"),
    [
        ("image", "image/png", True),
        ("image", "video/mp4", False),
        ("sticker", "image/webp", True),
        ("voice", "audio/ogg", True),
        ("audio", "text/html", False),
        ("video", "video/3gpp", True),
        ("video", OCTETS, True),
        ("image", "", True),
        ("image", "binary/octet-stream", True),
        ("document", "application/x-anything", True),
    ],
)
def test_each_kind_has_its_types(kind: MediaKind, mime_type: str, fit: bool) -> None:
    assert fits(kind, mime_type) is fit


def test_nothing_that_a_browser_may_show_is_active() -> None:
    assert all(kept_type(one, PNG) == one for one in INLINE_TYPES)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("Grüße aus 東京.pdf", "Grüße aus 東京.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.doc", "a.doc"),
        ('a"b\r\nX-Evil: 1.txt', 'a"bX-Evil: 1.txt'),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("..", None),
        ("", None),
        (None, None),
        ("x" * 300, "x" * 240),
    ],
)
def test_a_name_loses_its_folders_and_what_is_not_seen(name: str | None, safe: str | None) -> None:
    assert safe_name(name) == safe
