"""The sample configuration, as the API takes it, and what follows from it for a message.

Offers stand for an hour here, so that what is checked at the end is what was decided at the beginning.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from contracts.commands import agent_target, queue_target
from runtime.demo.credentials import api_url, new_credentials
from runtime.sandbox.seam import PlayedNumber

Place = Callable[[str, str], str | None]
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
    {"id": "demo-italy", "name": "Demo Italy"},
]
RULES: dict[str, list[dict[str, Any]]] = {"demo-italy": [{"kind": "prefix", "prefix": "+39"}]}
"""What the whitelists hold, by their ids."""


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """One account: what the API is told, and where its conversations must land.

    `place` gives the distribution target of a conversation that begins with these words from this number; None where
    the sender is refused.
    """

    input: dict[str, Any]
    place: Place

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

    def number(self, webhook_url: str, sandbox_url: str) -> PlayedNumber:
        """Its number at the sandbox; `webhook_url` is what the API says that is to be pasted there."""
        return PlayedNumber(
            provider=self.type,
            account_key=self.key,
            phone=self.input["phone"],
            webhook_url=webhook_url,
            api_url=api_url(self.type, sandbox_url),
            credentials=self.input["credentials"],
        )


def sample_accounts(gateway_url: str, sandbox_url: str) -> list[SampleAccount]:
    """The accounts, of all four providers. The last one is Meta's, whose handshake shows that it is known."""
    everybody = [agent["id"] for agent in AGENTS]

    def account(
        key: str, type_: str, phone: str, place: Place, *actions: dict[str, Any], **more: object
    ) -> SampleAccount:
        described = {
            "id": f"demo-{key.lower()}",
            "name": f"Demo {type_} {key[-1]}",
            "key": key,
            "list_id": LIST,
            "type": type_,
            "phone": phone,
            "domain": gateway_url,
            "credentials": new_credentials(type_, sandbox_url),
            "actions": list(actions),
            "agents": everybody,
            **more,
        }
        return SampleAccount(described, place)

    only_italy = {"whitelist_mode": "only_listed", "whitelists": ["demo-italy"]}
    return [
        account("DT1", "twilio", "+15550000201", _at(agent_target(DORA)), _agent(DORA), _queue(SUPPORT)),
        account("DT2", "twilio", "+15550000202", _at(queue_target(NIGHT)), _queue(NIGHT)),
        account("DS1", "sinch", "+15550000301", _at(queue_target(SUPPORT)), _queue(SUPPORT)),
        account("DK1", "kaleyra", "+15550000401", _at(queue_target(SALES)), _queue(SALES)),
        account("DM1", "meta", "+15550000101", _by_words, _gotoif(), _queue(SALES), _queue(SUPPORT)),
        account("DM2", "meta", "+15550000102", _by_country, _queue(SALES), **only_italy),
    ]


def name_of(agent: str) -> str:
    """What an agent calls themselves."""
    return next(str(one["name"]) for one in AGENTS if one["id"] == agent)


def resources() -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything but the accounts, in the order in which it must be there: (kind, value)."""
    for kind, values in (("lists", LISTS), ("agents", AGENTS), ("queues", QUEUES), ("whitelists", WHITELISTS)):
        for value in values:
            yield kind, value


def _at(target: str) -> Place:
    return lambda _number, _words: target


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
