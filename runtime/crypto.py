"""Secrets at rest: Fernet (AES-128-CBC with HMAC-SHA256) over one key or several. Signatures, and names that hide what
they name (AES-SIV), by keys made of them.

The first key encrypts and signs, every key decrypts and verifies. So a key is rotated by putting the new one first and
taking the old one away once every secret was written again.
"""

import base64
import hmac
from collections.abc import Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contracts.errors import ConfigurationFault, SetupFault
from runtime.settings import Settings

HOW_TO_MAKE_A_KEY = (
    'make one with: python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
)


class UndecryptableSecret(ConfigurationFault):
    """A stored secret that none of the keys opens: it must be entered again, or the key that is missing given back."""

    def __init__(self, field: str) -> None:
        super().__init__(field, "cannot be decrypted with the configured keys")


class SecretBox:
    """Encrypts and decrypts strings.

    Args:
        keys: 32 bytes in URL-safe base64 each, the newest first.

    Raises:
        SetupFault: there is no key, or one is malformed.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise SetupFault(
                "there is no key to encrypt credentials with: set SWITCHBOARD_SECRET_KEY or "
                f"SWITCHBOARD_SECRET_KEY_FILE; {HOW_TO_MAKE_A_KEY}"
            )
        self._fernet = MultiFernet([_fernet(number, key) for number, key in enumerate(keys, start=1)])

    def __repr__(self) -> str:
        return "SecretBox(**********)"

    def encrypt(self, secret: str) -> str:
        """The secret as it may be stored; another text each time."""
        return self._fernet.encrypt(secret.encode()).decode()

    def decrypt(self, token: str, field: str) -> str:
        """The secret of a stored text; `field` names it in the error.

        Raises:
            UndecryptableSecret: no key opens it, or it was altered.
        """
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except (InvalidToken, ValueError):
            # Without its cause: what the text decodes to may be half of the secret.
            raise UndecryptableSecret(field) from None


class Signer:
    """Signs texts for one purpose: what is signed for one is worth nothing for another.

    Args:
        keys: as of a `SecretBox`, which is what checks them.
        purpose: what the signatures are for.
    """

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        self._keys = [_derived(key, purpose) for key in keys]

    def __repr__(self) -> str:
        return "Signer(**********)"

    def sign(self, text: str) -> str:
        """The signature of a text, in 43 characters that may stand in a URL."""
        return _signature(self._keys[0], text)

    def verify(self, text: str, signature: str) -> bool:
        """Whether a signature is that of a text, by any of the keys; each compared in constant time."""
        return any(hmac.compare_digest(_signature(key, text).encode(), signature.encode()) for key in self._keys)


class Sealer:
    """Hides texts for one purpose, each always behind the same token, so that a token serves as a name.

    Args:
        keys: as of a `SecretBox`, which is what checks them.
        purpose: what is hidden; a token of one purpose opens nothing of another.
    """

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        self._ciphers = [AESSIV(_derived(key, purpose)) for key in keys]

    def __repr__(self) -> str:
        return "Sealer(**********)"

    def seal(self, text: str) -> str:
        """The token of a text, in letters, digits, hyphens and underscores."""
        return base64.urlsafe_b64encode(self._ciphers[0].encrypt(text.encode(), None)).decode().rstrip("=")

    def open(self, token: str) -> str | None:
        """The text of a token; None for what is none."""
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        for cipher in self._ciphers:
            with suppress(InvalidTag, ValueError):
                return cipher.decrypt(sealed, None).decode()
        return None


def sealer(settings: Settings, purpose: str) -> Sealer:
    """The sealer with the keys of the settings.

    Raises:
        SetupFault: as `secret_box`.
    """
    keys = _keys(settings)
    SecretBox(keys)
    return Sealer(keys, purpose)


def signer(settings: Settings, purpose: str) -> Signer:
    """The signer with the keys of the settings.

    Raises:
        SetupFault: as `secret_box`.
    """
    keys = _keys(settings)
    SecretBox(keys)
    return Signer(keys, purpose)


def _derived(key: str, purpose: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=SHA256.digest_size, salt=None, info=purpose.encode())
    return derivation.derive(base64.urlsafe_b64decode(key))


def _signature(key: bytes, text: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")).decode().rstrip("=")


def secret_box(settings: Settings) -> SecretBox:
    """The box over the keys of the settings.

    Raises:
        SetupFault: there is no key, one is malformed, or the file cannot be read.
    """
    return SecretBox(_keys(settings))


def _keys(settings: Settings) -> list[str]:
    if settings.secret_key is not None:
        given = settings.secret_key.get_secret_value().split(",")
    elif settings.secret_key_file is not None:
        try:
            given = settings.secret_key_file.read_text(encoding="ascii").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SetupFault(
                f"the key file {settings.secret_key_file} cannot be read ({type(error).__name__}); {HOW_TO_MAKE_A_KEY}"
            ) from None
    else:
        given = []
    return [key.strip() for key in given if key.strip()]


def _fernet(number: int, key: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise SetupFault(
            f"secret key number {number} is not 32 bytes in URL-safe base64; {HOW_TO_MAKE_A_KEY}"
        ) from None
