"""A running installation as its tests see it: real processes, the front door, the API, the database and the logs."""

import itertools
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from runtime.embedded.processes import KINDS, ProcessKind, SwitchboardProcess
from runtime.embedded.stack import Stack
from runtime.embedded.stack_file import StackInfo
from runtime.sandbox.client import SandboxClient
from runtime.sandbox.requests import SignedRequest
from runtime.settings import Settings
from runtime.store.client import Store
from tests.integration.accounts import Account, PlayedAccount, meta_account, played_account, twilio_account
from tests.parts import message
from tests.patience import eventually
from tests.queues import forget_queues

T = TypeVar("T")
Json = Any
"""Whatever a body may hold."""
PARTITIONS = 16
HASTE = {
    "SWITCHBOARD_WEBHOOK_HOSTS": "127.0.0.1",
    "SWITCHBOARD_HEARTBEAT_S": "0.3",
    "SWITCHBOARD_MEMBER_TTL_S": "2",
    "SWITCHBOARD_SWEEP_INTERVAL_S": "0.5",
    "SWITCHBOARD_ROUND_PAUSE_S": "1",
    "SWITCHBOARD_SEND_TIMEOUT_S": "3",
    "SWITCHBOARD_SEND_RETRY_S": "0.2",
    "SWITCHBOARD_CONFIGURATION_POLL_S": "20",
}
"""Shorter times than in real life for what a test must wait for; where its endpoints are; and so seldom a look for
changes of the configuration that one can see that processes are told of them."""
_serial = itertools.count(1)


class Site:
    """One installation. `answers` keeps the text and headers of whatever the front door said."""

    def __init__(self, stack: Stack, database: str) -> None:
        self.stack = stack
        self.database = database
        self.answers: list[str] = []
        self.store = Store(SecretStr(stack.info.mongo_url), database)
        token = stack.info.token_file.read_text(encoding="utf-8").strip()
        headers = {"Authorization": f"Bearer {token}"}
        self._api = httpx.AsyncClient(base_url=self.info.console_url, headers=headers, timeout=20, trust_env=False)
        limits = httpx.Limits(max_connections=64)
        self._door = httpx.AsyncClient(base_url=self.info.gateway_url, limits=limits, timeout=20, trust_env=False)
        self._probe = httpx.AsyncClient(timeout=5, trust_env=False)
        assert self.info.sandbox_url is not None
        self.sandbox = SandboxClient(self.info.sandbox_url)

    @property
    def info(self) -> StackInfo:
        """Where everything is now."""
        return self.stack.info

    def process(self, kind: str) -> SwitchboardProcess:
        """The first process of a kind that runs."""
        return next(member for member in self.stack.processes.members if member.kind.name == kind and member.pid)

    async def close(self) -> None:
        """Close what the tests opened; the stack goes on."""
        await self._api.aclose()
        await self._door.aclose()
        await self._probe.aclose()
        await self.sandbox.close()
        await self.store.stop()

    # --- the API

    async def api(self, method: str, path: str, body: object = None, **query: str) -> httpx.Response:
        """A call of the API, whatever it answers."""
        return await self._api.request(method, path, json=body, params=query)

    async def call(self, method: str, path: str, body: object = None, **query: str) -> Json:
        """A call of the API that must succeed; what it answers."""
        answer = await self.api(method, path, body, **query)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def agent(self, *, capacity: int = 0, state: str = "available") -> str:
        """A new agent."""
        made = await self.call("POST", "/api/agents", {"name": f"Agent {next(_serial)}", "capacity": capacity})
        agent_id = str(made["id"])
        await self.set_state(agent_id, state)
        return agent_id

    async def set_state(self, agent_id: str, state: str) -> None:
        """Have an agent be available, paused or offline."""
        await self.call("PUT", f"/api/agents/{agent_id}/state", {"state": state})

    async def queue(self, *agents: str, strategy: str = "rrmemory", agent_timeout: int = 3600) -> str:
        """A new queue."""
        fields = {"name": f"Queue {next(_serial)}", "strategy": strategy, "agent_timeout": agent_timeout}
        return str((await self.call("POST", "/api/queues", {**fields, "agents": list(agents)}))["id"])

    async def account(self, *actions: dict[str, Any], provider: str = "meta", **settings: Json) -> Account:
        """A new account that the gateway knows."""
        make = {"meta": meta_account, "twilio": twilio_account}[provider]
        account = make(self.info.gateway_url, f"K{next(_serial)}", list(actions), settings)
        await self._create(account)
        await self.known(account)
        return account

    async def played_account(self, provider: str, *actions: dict[str, Any]) -> PlayedAccount:
        """A new account at a provider that the sandbox plays, known to the gateway and to the sandbox."""
        assert self.info.sandbox_url is not None
        account = played_account(provider, f"P{next(_serial)}", self.info.sandbox_url, list(actions))
        shown = await self._create(account)
        await self.sandbox.put_numbers([account.number(shown["webhook_url"], self.info.sandbox_url)])
        await self.known(account)
        return account

    async def _create(self, account: Account | PlayedAccount) -> Json:
        if (await self.api("GET", "/api/lists/customers")).is_error:
            await self.call("POST", "/api/lists", {"id": "customers", "name": "Customers"})
        return await self.call("POST", "/api/accounts", account.input)

    async def known(self, account: Account | PlayedAccount) -> None:
        """Wait until the gateway knows an account: a request without signature is refused, not unknown."""

        async def look() -> bool:
            answer = await self._door.post(account.path, content=b"{}")
            return answer.status_code == httpx.codes.UNAUTHORIZED

        await eventually(look)

    # --- the front door

    async def knock(self, request: SignedRequest) -> httpx.Response:
        """Send one request to the front door, once."""
        answer = await self._door.request(request.method, request.path, content=request.body, headers=request.headers)
        self.answers.append(f"{answer.headers} {answer.text}")
        return answer

    async def write(self, account: Account, contact: str, words: str) -> str:
        """Have a customer write; the provider's id of the message, which was answered with 200."""
        message_id = account.new_message_id()
        answer = await self.knock(account.text(contact, message_id, words))
        assert answer.status_code == httpx.codes.OK, answer.text
        return message_id

    # --- what came of it

    async def interactions(self, account: Account | PlayedAccount, contact: str) -> list[dict[str, Any]]:
        """The interactions of a contact, the latest first."""
        found = await self.call("GET", "/api/interactions", account=account.id, contact=contact)
        return list(found["items"])

    async def interaction(self, account: Account | PlayedAccount, contact: str, **wanted: object) -> dict[str, Any]:
        """The contact's interaction, once its fields are as wanted."""

        async def look() -> dict[str, Any] | None:
            found = await self.interactions(account, contact)
            return found[0] if found and wanted.items() <= found[0].items() else None

        seen = await eventually(look)
        assert seen is not None
        return seen

    async def contents(self, interaction: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The message log of an interaction, once it is as long as the interaction says: it is written after that."""
        return await self._items(f"/api/interactions/{interaction['id']}/messages", interaction["message_count"])

    async def traces(self, interaction: Mapping[str, Any], walks: int = 1) -> list[dict[str, Any]]:
        """The routing traces of an interaction, once there are so many."""
        return await self._items(f"/api/interactions/{interaction['id']}/trace", walks)

    async def trace(self, interaction: Mapping[str, Any], walks: int = 1) -> list[list[dict[str, Any]]]:
        """The steps of each walk of an interaction, once there are so many walks."""
        return [walk["entries"] for walk in await self.traces(interaction, walks)]

    async def _items(self, path: str, least: int) -> list[dict[str, Any]]:
        async def look() -> list[dict[str, Any]]:
            items = list((await self.call("GET", path))["items"])
            return items if len(items) >= least else []

        return await eventually(look)

    async def desk(self, agent_id: str) -> list[dict[str, Any]]:
        """What an agent has in front of them."""
        return list((await self.call("GET", f"/api/agents/{agent_id}/queue"))["items"])

    async def held(self, agent_id: str) -> list[str]:
        """What counts against an agent's capacity."""
        return list((await self.call("GET", f"/api/agents/{agent_id}/state"))["holding"])

    async def answer_offer(self, agent_id: str, interaction: Mapping[str, Any], what: str) -> httpx.Response:
        """Accept or reject."""
        return await self.api("POST", f"/api/agents/{agent_id}/queue/{interaction['id']}/{what}")

    async def dead_letters(self, **wanted: str) -> list[dict[str, Any]]:
        """Dead letters whose fields are as wanted."""
        items = (await self.call("GET", "/api/dead-letters", limit="500", with_text="true"))["items"]
        return [letter for letter in items if wanted.items() <= letter.items()]

    async def dead_letter(self, **wanted: str) -> dict[str, Any]:
        """The first dead letter whose fields are as wanted, once there is one."""

        async def look() -> list[dict[str, Any]]:
            return await self.dead_letters(**wanted)

        return (await eventually(look))[0]

    async def parked(self, account_id: str, contact: str, words: str, reason: str) -> str:
        """A customer's message that the router has set apart; the letter's id."""
        now = datetime.now(UTC)
        event = message(contact, "m1", words, account_id=account_id, received_at=now)
        letter_id = f"d{account_id}"
        letter = {"_id": letter_id, "stage": "router", "reason": reason, "attempts": 3, "correlation_id": "c"}
        body = event.model_dump(mode="json")
        await self.store.database["dead_letters"].insert_one(
            {**letter, "at": now, "account_id": account_id, "body": body, "trace": ""}
        )
        return letter_id

    async def documents(self, collection: str, **query: object) -> list[dict[str, Any]]:
        """Documents as they are stored."""
        cursor = self.store.database[collection].find(query)
        return [document async for document in cursor]

    # --- the processes

    async def health(self, process: SwitchboardProcess, page: str) -> int | None:
        """The status of a process's `live` or `ready`; None when it does not answer."""
        try:
            return (await self._probe.get(f"{process.health_url}/{page}")).status_code
        except httpx.HTTPError:
            return None

    async def metric(self, process: SwitchboardProcess, name: str, **labels: str) -> float:
        """A figure of a process; 0 where it has none (yet)."""
        text = (await self._probe.get(f"{process.health_url}/metrics")).text
        samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
        return next((s.value for s in samples if s.name == name and labels.items() <= s.labels.items()), 0.0)

    def log_lines(self, kind: str = "*") -> str:
        """Everything that the processes of a kind have logged."""
        return "".join(path.read_text(errors="replace") for path in self.info.log_directory.glob(f"{kind}-*.log"))

    def events(self, kind: str, name: str) -> list[dict[str, Any]]:
        """What the processes of a kind have logged under one name, in order."""
        lines = (line for line in self.log_lines(kind).splitlines() if f'"{name}"' in line)
        return [event for event in map(json.loads, lines) if event["event"] == name]


@asynccontextmanager
async def running(
    directory: Path,
    amqp_url: str,
    mongo_url: str,
    environment: Mapping[str, str],
    counts: Mapping[str, int] | None = None,
    kinds: Sequence[ProcessKind] = KINDS,
) -> AsyncIterator[Site]:
    """An installation of its own over a broker and a database that run already; nothing of it is left afterwards."""
    await forget_queues(amqp_url, PARTITIONS)
    database = f"site_{secrets.token_hex(4)}"
    settings = Settings(amqp_url=SecretStr(amqp_url), mongo_url=SecretStr(mongo_url), database=database)
    environment = {"SWITCHBOARD_PARTITIONS": str(PARTITIONS), **environment}
    stack = Stack(
        directory, settings, counts, environment=environment, standard_ports=False, management=False, kinds=kinds
    )
    await stack.start()
    site = Site(stack, database)
    try:
        yield site
    finally:
        await stack.stop()
        await site.store.database.client.drop_database(database)
        await site.close()
        await forget_queues(amqp_url, PARTITIONS)
