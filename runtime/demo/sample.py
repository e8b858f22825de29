"""The sample configuration, as the API takes it, and what follows from it for a message.

Offers stand for an hour here, so that what is checked at the end is what was decided at the beginning.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from contracts.commands import agent_target, queue_target
from runtime.sandbox import meta, twilio

HOUR = 3600
LIST = "demo-customers"
WORDS_OF_A_BUYER = "buy"
SALES, SUPPORT, NIGHT = "demo-sales", "demo-support", "demo-night"
ANN, BEN, CLEO, DORA, EVE = "demo-ann", "demo-ben", "demo-cleo", "demo-dora", "demo-eve"
AVAILABLE = (ANN, BEN, CLEO, DORA)

LISTS: list[dict[str, Any]] = [{"id": LIST, "name": "Demo customers"}]
AGENTS: list[dict[str, Any]] = [
    {"id": agent, "name": agent.removeprefix("demo-").capitalize()} for agent in (ANN, BEN, CLEO, DORA, EVE)
]
QUEUES: list[dict[str, Any]] = [
    {"id": SALES, "name": "Demo sales", "strategy": "rrmemory", "agent_timeout": HOUR, "agents": [ANN, BEN]},
    {"id": SUPPORT, "name": "Demo support", "strategy": "beepall", "agent_timeout": HOUR, "agents": [BEN, CLEO]},
    {"id": NIGHT, "name": "Demo night", "strategy": "rrmemory", "agent_timeout": HOUR, "agents": [EVE]},
]
WHITELISTS: list[dict[str, Any]] = [
    {"id": "demo-italy", "name": "Demo Italy", "rules": [{"kind": "prefix", "prefix": "+39"}]}
]


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """One account: what the API is told, how its provider signs, and where its conversations must land.

    `place` gives the distribution target of a conversation that begins with these words from this number; None where
    the sender is refused.
    """

    input: dict[str, Any]
    number: meta.MetaNumber | twilio.TwilioNumber
    place: Callable[[str, str], str | None]

    @property
    def id(self) -> str:
        """The account's id."""
        return str(self.input["id"])

    @property
    def key(self) -> str:
        """The account's key."""
        return str(self.input["key"])

    @property
    def type(self) -> str:
        """The account's provider."""
        return str(self.input["type"])


def sample_accounts(public_url: str) -> list[SampleAccount]:
    """The accounts, with credentials that are made up anew each time: nothing here is a secret of anybody's."""
    return [
        _twilio(1, public_url, [_agent(DORA), _queue(SUPPORT)], lambda _number, _words: agent_target(DORA)),
        _twilio(2, public_url, [_queue(NIGHT)], lambda _number, _words: queue_target(NIGHT)),
        _meta(1, public_url, [_gotoif(), _queue(SALES), _queue(SUPPORT)], _by_words),
        _meta(2, public_url, [_queue(SALES)], _by_country, whitelist_mode="only_listed", whitelists=["demo-italy"]),
    ]


def resources() -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything but the accounts, in the order in which it must be there: (kind, value)."""
    for kind, values in (("lists", LISTS), ("agents", AGENTS), ("queues", QUEUES), ("whitelists", WHITELISTS)):
        for value in values:
            yield kind, value


def _by_words(_number: str, words: str) -> str:
    return queue_target(SALES if WORDS_OF_A_BUYER in words else SUPPORT)


def _by_country(number: str, _words: str) -> str | None:
    return queue_target(SALES) if number.startswith("+39") else None


def _queue(queue: str) -> dict[str, Any]:
    return {"action": "Queue", "queue": queue, "timeout": HOUR}


def _agent(agent: str) -> dict[str, Any]:
    return {"action": "Agent", "agent": agent, "timeout": HOUR}


def _gotoif() -> dict[str, Any]:
    condition = f'message.text.contains("{WORDS_OF_A_BUYER}")'
    return {"action": "Gotoif", "condition": condition, "if_true": 2, "if_false": 3}


def _meta(
    place: int,
    public_url: str,
    actions: list[dict[str, Any]],
    lands: Callable[[str, str], str | None],
    **settings: object,
) -> SampleAccount:
    secret, verify = secrets.token_hex(16), secrets.token_hex(16)
    waba_id, phone_number_id, phone = f"10000000000010{place}", f"20000000000010{place}", f"+1555000010{place}"
    credentials = {
        "account_sid": waba_id,
        "app_id": f"30000000000010{place}",
        "phone_number_id": phone_number_id,
        "authorization_token": secrets.token_hex(16),
        "app_secret": secret,
        "verify_token": verify,
    }
    described = _account(f"DM{place}", "meta", phone, credentials, actions, settings)
    number = meta.MetaNumber(
        url=f"{public_url}/webhooks/meta/DM{place}",
        waba_id=waba_id,
        phone_number_id=phone_number_id,
        phone=phone,
        app_secret=SecretStr(secret),
        verify_token=SecretStr(verify),
    )
    return SampleAccount(described, number, lands)


def _twilio(
    place: int, public_url: str, actions: list[dict[str, Any]], lands: Callable[[str, str], str | None]
) -> SampleAccount:
    sid, token, phone = f"AC{place:032x}", secrets.token_hex(16), f"+1555000020{place}"
    described = _account(f"DT{place}", "twilio", phone, {"account_sid": sid, "auth_token": token}, actions, {})
    number = twilio.TwilioNumber(
        url=f"{public_url}/webhooks/twilio/DT{place}", account_sid=sid, phone=phone, auth_token=SecretStr(token)
    )
    return SampleAccount(described, number, lands)


def _account(
    key: str,
    type_: str,
    phone: str,
    credentials: dict[str, str],
    actions: list[dict[str, Any]],
    settings: dict[str, Any],
) -> dict[str, Any]:
    return {
        "id": f"demo-{key.lower()}",
        "name": f"Demo {type_} {key[-1]}",
        "key": key,
        "list_id": LIST,
        "type": type_,
        "phone": phone,
        "credentials": credentials,
        "actions": actions,
        "agents": [agent["id"] for agent in AGENTS],
        **settings,
    }
