"""Runs the demonstration against a stack: configures through the API, sends through the front door, checks."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx
from pydantic import SecretStr

from contracts.commands import agent_target, queue_target
from contracts.errors import SwitchboardError
from runtime.demo import sample
from runtime.demo.traffic import Conversation, conversations
from runtime.demo.verify import faults
from runtime.embedded.stack_file import StackInfo
from runtime.sandbox import meta
from runtime.sandbox.requests import SignedRequest
from runtime.store.client import Store
from runtime.store.evidence import Evidence, EvidenceStore

AT_ONCE = 32
ATTEMPTS = 60
RETRY_S = 0.25
SETTLE_S = 60.0
POLL_S = 0.5
OK, UNAVAILABLE = 200, 503

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Account:
    """The account of a run: what was sent, what was accepted, where it stands, and what is wrong."""

    messages: int = 0
    repeated: int = 0
    conversations: int = 0
    refused_requests: int = 0
    landed: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Landing:
    """One conversation for people: who wrote what to whom, where it stands and why."""

    provider: str
    account: str
    contact: str
    words: str
    where: str
    why: str


class Demonstration:
    """One run. The database is read to check, never written."""

    def __init__(self, stack: StackInfo, database: str, seed: int | None = None) -> None:
        self._stack = stack
        self._store = Store(SecretStr(stack.mongo_url), database)
        self._chance = random.Random(seed)  # noqa: S311 - which messages come twice is no secret
        self._accounts = sample.sample_accounts(stack.gateway_url)
        token = stack.token_file.read_text(encoding="utf-8").strip()
        self._api = httpx.AsyncClient(
            base_url=stack.console_url, headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
        )
        limits = httpx.Limits(max_connections=AT_ONCE)
        self._door = httpx.AsyncClient(base_url=stack.gateway_url, limits=limits, timeout=30, trust_env=False)
        self.conversations: list[Conversation] = []

    async def close(self) -> None:
        """Close all connections."""
        await self._api.aclose()
        await self._door.aclose()
        await self._store.stop()

    async def configure(self) -> None:
        """Bring the sample configuration in, and the agents to work; wait until the gateway knows of it.

        Raises:
            SwitchboardError: the API refuses something.
        """
        for kind, value in sample.resources():
            await self._put(kind, value)
        for account in self._accounts:
            await self._put("accounts", account.input)
        for agent in sample.AVAILABLE:
            await self._call("PUT", f"/api/agents/{agent}/state", {"state": "available"})
        await self._known()

    async def _put(self, kind: str, value: dict[str, Any]) -> None:
        body = {name: part for name, part in value.items() if name != "id"}
        if await self._call("PUT", f"/api/{kind}/{value['id']}", body) == httpx.codes.NOT_FOUND:
            await self._call("POST", f"/api/{kind}", value)

    async def _call(self, method: str, path: str, body: dict[str, Any]) -> int:
        answer = await self._api.request(method, path, json=body)
        if answer.is_error and answer.status_code != httpx.codes.NOT_FOUND:
            raise SwitchboardError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.status_code

    async def _known(self) -> None:
        """Handshake with the account that was written last until its new verify token is taken."""
        number = self._accounts[-1].number
        if not isinstance(number, meta.MetaNumber):
            raise TypeError("the last sample account is one of Meta's, for they have a handshake")
        request = meta.handshake(number, "hello")
        for _ in range(ATTEMPTS):
            if (await self._door.get(request.path)).text == "hello":
                return
            await asyncio.sleep(RETRY_S)
        raise SwitchboardError("the gateway did not take over the sample configuration")

    async def send(self, messages: int, progress: Progress) -> Account:
        """Send so many messages, each contact's in order, some of them twice; what is refused is tried again."""
        self.conversations = conversations(self._accounts, messages, self._chance)
        account = Account(messages=messages, conversations=len(self.conversations))
        started = time.perf_counter()
        gate = asyncio.Semaphore(AT_ONCE)
        done = 0

        async def hold(conversation: Conversation) -> None:
            nonlocal done
            async with gate:
                await self._converse(conversation, account)
            done += len(conversation.messages)
            progress("sent", done, messages)

        await asyncio.gather(*(hold(conversation) for conversation in self.conversations))
        await self._late_repeats(account)
        account.seconds = round(time.perf_counter() - started, 2)
        return account

    async def _converse(self, conversation: Conversation, account: Account) -> None:
        for message_id, words in conversation.messages:
            request = conversation.request(message_id, words)
            if await self._deliver(request, account):
                conversation.accepted.append(message_id)
            if message_id in conversation.repeated and self._chance.random() < 0.5:  # noqa: PLR2004 - half at once
                account.repeated += 1
                await self._deliver(request, account)

    async def _late_repeats(self, account: Account) -> None:
        late = [
            one.request(message_id, words)
            for one in self.conversations
            for message_id, words in one.messages
            if message_id in one.repeated
        ]
        self._chance.shuffle(late)
        account.repeated += len(late)
        for first in range(0, len(late), AT_ONCE):
            await asyncio.gather(*(self._deliver(request, account) for request in late[first : first + AT_ONCE]))

    async def _deliver(self, request: SignedRequest, account: Account) -> bool:
        """Send as a provider does: what is not answered with 200 comes again. Whether it was, in the end."""
        for _ in range(ATTEMPTS):
            try:
                answer = await self._door.request(
                    request.method, request.path, content=request.body, headers=request.headers
                )
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == OK:
                return True
            account.refused_requests += 1
            if answer is not None and answer.status_code != UNAVAILABLE:
                return False
            await asyncio.sleep(RETRY_S)
        return False

    async def verify(self, account: Account, progress: Progress, settle_s: float = SETTLE_S) -> dict[str, Evidence]:
        """Wait until everything is where it must be, or until it no longer gets better; fills in the account."""
        members = await self._members()
        until = time.monotonic() + settle_s + account.messages / 200
        while True:
            evidence = await self.evidence()
            wrong = [fault for one in self.conversations for fault in faults(one, evidence[one.key], members)]
            progress("in place", len(self.conversations) - len(wrong), len(self.conversations))
            if not wrong or time.monotonic() > until:
                break
            await asyncio.sleep(POLL_S)
        unsent = [one.key for one in self.conversations if len(one.accepted) != len(one.messages)]
        account.faults = wrong + [f"{key}: not every message was accepted" for key in unsent]
        account.landed = dict(Counter(_where(evidence[one.key]) for one in self.conversations))
        return evidence

    async def evidence(self) -> dict[str, Evidence]:
        """What is stored about the run's conversations."""
        wanted = [(one.key, one.account.id, one.contact) for one in self.conversations]
        return await EvidenceStore(self._store).of(wanted)

    async def _members(self) -> Callable[[str], frozenset[str]]:
        by_target = {queue_target(queue["id"]): frozenset(queue["agents"]) for queue in sample.QUEUES}
        by_target |= {agent_target(agent["id"]): frozenset({agent["id"]}) for agent in sample.AGENTS}
        return lambda target: by_target.get(target, frozenset())

    async def landings(self, evidence: dict[str, Evidence], most: int) -> list[Landing]:
        """The first conversations of the run, for a table."""
        shown = self.conversations[:most]
        return [await self._landing(one, evidence[one.key]) for one in shown]

    async def _landing(self, one: Conversation, evidence: Evidence) -> Landing:
        why = "the sender is on no whitelist"
        for interaction in evidence.interactions:
            trace = (await self._api.get(f"/api/interactions/{interaction.id}/trace")).json()
            why = " > ".join(_step(step) for walk in trace["items"] for step in walk["entries"])
        return Landing(one.account.type, one.account.key, one.contact, one.messages[0][1], _where(evidence), why)


def _where(evidence: Evidence) -> str:
    for interaction in evidence.interactions:
        agents = sorted({entry.agent_id for entry in evidence.entries})
        if interaction.owner:
            return f"{interaction.owner} (assigned)"
        return f"{', '.join(agents)} (offered)" if agents else f"waiting in {interaction.waiting_for}"
    return "rejected"


def _step(step: dict[str, Any]) -> str:
    value = f" {step['value']}" if step["value"] else ""
    return f"{step['position']} {step['action']}: {step['outcome']}{value}"


def problems_of(wrong: Sequence[str], most: int = 20) -> list[str]:
    """The first faults, for people."""
    rest = len(wrong) - most
    return [*wrong[:most], *([f"and {rest} more"] if rest > 0 else [])]
