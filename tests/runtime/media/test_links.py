"""URLs that open one file for a while."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from contracts.errors import SetupFault
from runtime.crypto import Signer
from runtime.media.links import PURPOSE, MediaLinks, media_links
from runtime.settings import Settings

KEY, OTHER = Fernet.generate_key().decode(), Fernet.generate_key().decode()
NOW = datetime(2026, 3, 14, 9, 26, 53, 500_000, tzinfo=UTC)
URL = re.compile(r"https://wa\.example\.test/base/files/(\d+)\.([\w-]{43})\.(.+)")


def links(*keys: str, now: datetime = NOW, purpose: str = PURPOSE) -> MediaLinks:
    signer = Signer(keys or [KEY], purpose)
    return MediaLinks(signer, "https://wa.example.test/base/", timedelta(hours=1), lambda: now)


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


def test_a_link_opens_its_file() -> None:
    url = links().media_url("f_1.a-B")

    assert URL.fullmatch(url)
    assert links().file_of(token_of(url)) == "f_1.a-B"


def test_a_link_is_under_the_accounts_own_domain_where_it_has_one() -> None:
    assert links().media_url("f1", "https://shop.example.test").startswith("https://shop.example.test/files/")


def test_a_link_expires() -> None:
    token = token_of(links().media_url("f1"))

    assert links(now=NOW + timedelta(minutes=59)).file_of(token) == "f1"
    assert links(now=NOW + timedelta(hours=1)).file_of(token) is None


def test_nobody_can_make_a_link_for_another_file_or_a_later_time() -> None:
    expires, signature, file_id = token_of(links().media_url("f1")).split(".")

    for forged in (
        f"{expires}.{signature}.f2",
        f"{int(expires) + 1}.{signature}.{file_id}",
        f"{expires}.{signature[::-1]}.{file_id}",
        f"{expires}..{file_id}",
        f"{expires}.{signature}.",
        f"{expires}.{'ä' * 43}.{file_id}",
        f"{expires}.{signature}.{file_id}/../f2",
        "",
    ):
        assert links().file_of(forged) is None


def test_a_link_of_another_key_or_purpose_opens_nothing() -> None:
    token = token_of(links().media_url("f1"))

    assert links(OTHER).file_of(token) is None
    assert links(purpose="something else").file_of(token) is None


def test_a_link_outlives_the_rotation_of_keys() -> None:
    token = token_of(links(KEY).media_url("f1"))

    assert links(OTHER, KEY).file_of(token) == "f1"


def test_every_process_makes_the_same_links_of_the_settings() -> None:
    settings = Settings(secret_key=SecretStr(f"{OTHER},{KEY}"), public_url="https://wa.example.test", media_link_s=60)

    url = media_links(settings, lambda: NOW).media_url("f1")

    assert media_links(settings, lambda: NOW).file_of(token_of(url)) == "f1"
    assert links(OTHER).file_of(token_of(url)) == "f1"
    with pytest.raises(SetupFault):
        media_links(Settings(secret_key=SecretStr("short")), lambda: NOW)
