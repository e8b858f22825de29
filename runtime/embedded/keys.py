"""The secrets that an installation makes for itself: the encryption key and the token of the API, in private files."""

import base64
import os
import secrets
from pathlib import Path


def ensure_secret_key(path: Path) -> Path:
    """A file with one Fernet key (the url-safe base64 of 32 random bytes); an existing file stays as it is."""
    return _ensure(path, base64.urlsafe_b64encode(os.urandom(32)).decode())


def ensure_token(path: Path) -> Path:
    """A file with a bearer token of 32 random bytes; an existing file stays as it is."""
    return _ensure(path, secrets.token_urlsafe(32))


def _ensure(path: Path, secret: str) -> Path:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
    return path
