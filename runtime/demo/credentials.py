"""Credentials at the played providers, made up anew each time: nothing here is a secret of anybody's.

The fields are those of the providers' forms; wherever a provider's API has an address, it is the sandbox's.
"""

import secrets
import uuid
from collections.abc import Callable

Credentials = dict[str, str]


def _secret() -> str:
    return secrets.token_hex(16)


def _digits(count: int) -> str:
    return f"{secrets.randbelow(9) + 1}{secrets.randbelow(10 ** (count - 1)):0{count - 1}d}"


def _twilio(api_url: str) -> Credentials:
    return {"account_sid": f"AC{_secret()}", "auth_token": _secret(), "api_url": api_url}


def _meta(api_url: str) -> Credentials:
    return {
        "account_sid": _digits(15),
        "app_id": _digits(15),
        "phone_number_id": _digits(15),
        "authorization_token": _secret(),
        "app_secret": _secret(),
        "verify_token": _secret(),
        "api_url": api_url,
    }


def _sinch(api_url: str) -> Credentials:
    return {
        "base_url": api_url,
        "auth_url": api_url,
        "provisioning_url": api_url,
        "project_id": str(uuid.uuid4()),
        "app_id": f"01{secrets.token_hex(12).upper()}",
        "key_id": str(uuid.uuid4()),
        "key_secret": _secret(),
        "webhook_secret": _secret(),
    }


def _kaleyra(api_url: str) -> Credentials:
    return {
        "base_url": api_url,
        "waba_id": _digits(15),
        "account_sid": f"HX{_digits(10)}IN",
        "api_key": _secret(),
        "bearer_token": _secret(),
    }


_MADE: dict[str, Callable[[str], Credentials]] = {
    "kaleyra": _kaleyra,
    "meta": _meta,
    "sinch": _sinch,
    "twilio": _twilio,
}


def api_url(provider: str, sandbox_url: str) -> str:
    """Where the sandbox serves a provider."""
    return f"{sandbox_url}/{provider}"


def new_credentials(provider: str, sandbox_url: str) -> Credentials:
    """A filled form for an account at a provider that the sandbox plays."""
    return _MADE[provider](api_url(provider, sandbox_url))
