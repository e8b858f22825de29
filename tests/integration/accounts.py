"""Accounts with made-up credentials: those whose requests a test makes itself, and those at the sandbox."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from runtime.demo.credentials import api_url, new_credentials
from runtime.sandbox import meta, twilio
from runtime.sandbox.requests import SignedRequest
from runtime.sandbox.seam import PlayedNumber


@dataclass(frozen=True)
class Account:
    """An account: what the API is told, and how its provider signs."""

    input: dict[str, Any]
    number: meta.MetaNumber | twilio.TwilioNumber

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.input["id"])

    @property
    def path(self) -> str:
        """The path of its webhook."""
        return f"/webhooks/{self.input['type']}/{self.input['key']}"

    @property
    def meta(self) -> meta.MetaNumber:
        """Its number, which is one of Meta's."""
        assert isinstance(self.number, meta.MetaNumber)
        return self.number

    @property
    def twilio(self) -> twilio.TwilioNumber:
        """Its number, which is one of Twilio's."""
        assert isinstance(self.number, twilio.TwilioNumber)
        return self.number

    def new_message_id(self) -> str:
        """An id as the provider gives it."""
        return f"SM{secrets.token_hex(16)}" if self.input["type"] == "twilio" else f"wamid.{secrets.token_hex(16)}"

    def text(self, contact: str, message_id: str, words: str) -> SignedRequest:
        """The provider's request for a text message."""
        match self.number:
            case meta.MetaNumber():
                return meta.request(self.number, [meta.text(contact, message_id, datetime.now(UTC), words)])
            case twilio.TwilioNumber():
                return twilio.request(self.number, twilio.text(self.number, contact, message_id, words))

    def secrets(self) -> Iterator[str]:
        """Its secret credentials."""
        secret = ("auth_token", "app_secret", "verify_token", "authorization_token")
        return (value for name, value in self.input["credentials"].items() if name in secret)


def meta_account(url: str, key: str, actions: list[dict[str, Any]], settings: dict[str, Any]) -> Account:
    """An account at Meta."""
    digits = f"{secrets.randbelow(10**15):015d}"
    credentials = {
        "account_sid": digits,
        "app_id": digits,
        "phone_number_id": digits[::-1] + "1",
        "authorization_token": secrets.token_hex(16),
        "app_secret": secrets.token_hex(16),
        "verify_token": secrets.token_hex(16),
        **settings.pop("credentials", {}),
    }
    number = meta.MetaNumber(
        url=f"{url}/webhooks/meta/{key}",
        waba_id=credentials["account_sid"],
        phone_number_id=credentials["phone_number_id"],
        phone="+15550001000",
        app_secret=SecretStr(credentials["app_secret"]),
        verify_token=SecretStr(credentials["verify_token"]),
    )
    return Account(_input(key, "meta", number.phone, credentials, actions, settings), number)


def twilio_account(url: str, key: str, actions: list[dict[str, Any]], settings: dict[str, Any]) -> Account:
    """An account at Twilio."""
    sid, token = f"AC{secrets.token_hex(16)}", secrets.token_hex(16)
    number = twilio.TwilioNumber(
        url=f"{url}/webhooks/twilio/{key}", account_sid=sid, phone="+15550002000", auth_token=SecretStr(token)
    )
    credentials = {"account_sid": sid, "auth_token": token}
    return Account(_input(key, "twilio", number.phone, credentials, actions, settings), number)


@dataclass(frozen=True)
class PlayedAccount:
    """An account at a provider that the sandbox plays."""

    input: dict[str, Any]

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.input["id"])

    @property
    def key(self) -> str:
        """Its key."""
        return str(self.input["key"])

    @property
    def path(self) -> str:
        """The path of its webhook."""
        return f"/webhooks/{self.input['type']}/{self.key}"

    def number(self, webhook_url: str, sandbox_url: str) -> PlayedNumber:
        """Its number at the sandbox."""
        provider = str(self.input["type"])
        return PlayedNumber(
            provider=provider,
            account_key=self.key,
            phone=self.input["phone"],
            webhook_url=webhook_url,
            api_url=api_url(provider, sandbox_url),
            credentials=self.input["credentials"],
        )


def played_account(provider: str, key: str, sandbox_url: str, actions: list[dict[str, Any]]) -> PlayedAccount:
    """An account of any provider, at the sandbox."""
    credentials = new_credentials(provider, sandbox_url)
    return PlayedAccount(_input(key, provider, "+15550003000", credentials, actions, {}))


def _input(
    key: str,
    type_: str,
    phone: str,
    credentials: dict[str, str],
    actions: list[dict[str, Any]],
    settings: dict[str, Any],
) -> dict[str, Any]:
    return {
        "id": f"account-{key.lower()}",
        "name": f"Account {key}",
        "key": key,
        "list_id": "customers",
        "type": type_,
        "phone": phone,
        "credentials": credentials,
        "actions": actions,
        **settings,
    }


def queue_step(queue: str, timeout: int = 3600) -> dict[str, Any]:
    """An entry that distributes by a queue."""
    return {"action": "Queue", "queue": queue, "timeout": timeout}


def agent_step(agent: str, timeout: int = 3600) -> dict[str, Any]:
    """An entry that offers to one agent."""
    return {"action": "Agent", "agent": agent, "timeout": timeout}
