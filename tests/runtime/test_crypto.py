"""Secrets at rest: what the box opens, what it refuses, and that it never shows anything."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from contracts.errors import SetupFault
from runtime.crypto import Sealer, SecretBox, Signer, UndecryptableSecret, secret_box
from runtime.settings import Settings

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
BOX = SecretBox([NEW])


@given(st.text(max_size=200))
def test_a_secret_comes_back_as_it_was(secret: str) -> None:
    token = BOX.encrypt(secret)

    assert BOX.decrypt(token, "field") == secret
    assert token.isascii()


def test_the_same_secret_is_another_text_each_time() -> None:
    assert BOX.encrypt("secret") != BOX.encrypt("secret")


def test_an_old_key_opens_and_the_newest_encrypts() -> None:
    rotated = SecretBox([NEW, OLD])

    assert rotated.decrypt(SecretBox([OLD]).encrypt("secret"), "field") == "secret"
    assert SecretBox([NEW]).decrypt(rotated.encrypt("secret"), "field") == "secret"


def altered(token: str) -> str:
    return token[:20] + ("A" if token[20] != "A" else "B") + token[21:]


@pytest.mark.parametrize(
    "token",
    [SecretBox([OLD]).encrypt("s3cret"), altered(BOX.encrypt("s3cret")), "", "ä", "s3cret"],
    ids=["of another key", "altered", "empty", "no base64", "in the clear"],
)
def test_what_no_key_opens_is_an_error_that_names_the_field_and_no_value(token: str) -> None:
    with pytest.raises(UndecryptableSecret) as refused:
        BOX.decrypt(token, "credentials.auth_token")

    assert refused.value.field == "credentials.auth_token"
    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_box_does_not_show_its_keys() -> None:
    assert NEW not in repr(BOX)


def test_keys_come_from_the_environment_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{OLD}\n\n")
    token = SecretBox([NEW]).encrypt("secret")

    both = secret_box(Settings(secret_key=SecretStr(f" {NEW} , {OLD}"), secret_key_file=file))
    assert both.decrypt(token, "field") == "secret"
    with pytest.raises(UndecryptableSecret):
        secret_box(Settings(secret_key_file=file)).decrypt(token, "field")


def test_a_file_may_hold_several_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{NEW}\n{OLD}\n")

    assert secret_box(Settings(secret_key_file=file)).decrypt(SecretBox([OLD]).encrypt("secret"), "f") == "secret"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (Settings(), "SWITCHBOARD_SECRET_KEY"),
        (Settings(secret_key=SecretStr(" , ")), "SWITCHBOARD_SECRET_KEY"),
        (Settings(secret_key=SecretStr(f"{NEW},short-key")), "secret key number 2"),
        (Settings(secret_key_file=Path("missing-file")), "missing-file"),
    ],
)
def test_without_usable_keys_the_fault_says_what_to_do(settings: Settings, sentence: str) -> None:
    with pytest.raises(SetupFault, match=sentence) as refused:
        secret_box(settings)

    assert "Fernet.generate_key()" in str(refused.value)
    assert "short-key" not in str(refused.value)


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_signature_is_good_for_its_text_its_purpose_and_its_key_alone(text: str, other: str) -> None:
    signature = Signer([NEW], "links").sign(text)

    assert Signer([NEW], "links").verify(text, signature)
    assert Signer([OLD, NEW], "links").verify(text, signature)
    assert Signer([NEW], "links").verify(other, signature) == (text == other)
    assert not Signer([NEW], "something else").verify(text, signature)
    assert not Signer([OLD], "links").verify(text, signature)
    assert not Signer([NEW], "links").verify(text, "")


def test_the_signer_does_not_show_its_keys() -> None:
    assert NEW not in repr(Signer([NEW], "links"))


@given(st.text(max_size=50))
def test_a_token_opens_under_its_purpose_and_any_of_the_keys_and_is_the_same_each_time(text: str) -> None:
    token = Sealer([NEW], "numbers").seal(text)

    assert Sealer([NEW, OLD], "numbers").seal(text) == token
    assert Sealer([OLD, NEW], "numbers").open(token) == text
    assert Sealer([NEW], "something else").open(token) is None
    assert Sealer([OLD], "numbers").open(token) is None
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize("token", ["", "A", "AAAA", "\u00e4", "!" * 40, "A" * 43])
def test_what_is_no_token_opens_nothing(token: str) -> None:
    assert Sealer([NEW], "numbers").open(token) is None


def test_the_sealer_does_not_show_its_keys() -> None:
    assert NEW not in repr(Sealer([NEW], "numbers"))
