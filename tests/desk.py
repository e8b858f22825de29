"""A contact centre in small: customers write, agents and supervisors click over HTTP, time goes by as it is told to.

Router, worker and clock are new ones each time that they work, as after a restart; database and broker are real.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from console.app import build_console
from console.dependencies import ConsoleDependencies
from contracts.commands import COMMANDS
from contracts.desk import Pause
from contracts.interactions import AgentQueueEntry, Interaction, InteractionState
from contracts.queues import AgentState
from contracts.stored import StoredMessage
from runtime.http.client import OutboundHttp
from runtime.store.assignments import holds
from tests.console.conftest import TOKEN, Answer, Json, console_dependencies
from tests.parts import Fields, Parts, account, bundle, message, people, queue

AGENTS = ("ann", "ben", "cai")
CUSTOMER = "+39333000001"
MOST_ROUNDS = 50


class Desk:
    """The console beside router, worker and clock."""

    def __init__(self, parts: Parts, client: TestClient[Any, Any], dependencies: ConsoleDependencies) -> None:
        self.parts = parts
        self.client = client
        self.dependencies = dependencies
        self._messages = 0

    # --- what people do

    async def call(self, method: str, path: str, json: Json = None) -> Answer:
        """A click, whatever is answered."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self.client.request(method, f"/api/{path}", json=json, headers=headers) as response:
            return Answer(response.status, dict(response.headers), await response.text())

    async def done(self, method: str, path: str, json: Json = None) -> Json:
        """A click that must take effect, and what follows from it."""
        answer = await self.call(method, path, json)
        assert answer.status in {200, 201}, answer.text
        await self.work()
        return answer.json

    async def refused(self, method: str, path: str, json: Json = None, status: int = 409) -> str:
        """A click that must not take effect; the reason."""
        answer = await self.call(method, path, json)
        assert answer.status == status, answer.text
        return str(answer.json["detail"])

    async def be(self, state: str, *agents: str) -> None:
        """Have agents be available, or something else."""
        for agent in agents:
            await self.done("PUT", f"agents/{agent}/state", {"state": state})

    async def write(self, contact: str = CUSTOMER, words: str = "hello") -> None:
        """Have a customer write."""
        self._messages += 1
        event = message(contact, f"m{self._messages}", words, received_at=self.parts.clock())
        await self.parts.router().handle([bundle(event)])
        await self.work()

    async def owned_by(self, agent: str, contact: str = CUSTOMER) -> str:
        """Have an agent own an interaction whose customer has written; its id."""
        await self.write(contact)
        one = await self.of(contact)
        if one.owner != agent:
            await self.done("POST", f"interactions/{one.id}/assign", {"agent": agent})
        return one.id

    # --- what follows

    async def work(self) -> None:
        """Everything that was said is done, and what follows from it, until there is nothing more to do."""
        for _ in range(MOST_ROUNDS):
            events, commands = self.parts.said.take()
            if not events and not commands:
                return
            if events:
                await self.parts.router().handle([bundle(*events)])
            if commands:
                await self.parts.worker().handle([COMMANDS.dump_json(commands)])
        raise AssertionError("there is always more to do")

    async def pass_(self, seconds: float) -> None:
        """Let time go by; the clock says what is due."""
        self.parts.clock.pass_(seconds)
        await self.parts.clock_worker().announce()
        await self.work()

    # --- what has become of it

    async def of(self, contact: str = CUSTOMER) -> Interaction:
        """The contact's last interaction."""
        found = [one for one in await self.parts.all_interactions() if one.contact_key == contact]
        return max(found, key=lambda one: (one.open, one.opened_at))

    async def get(self, interaction_id: str) -> Interaction:
        """An interaction."""
        found = await self.parts.interactions.get(interaction_id)
        assert found is not None
        return found

    async def all_open(self) -> list[Interaction]:
        """The open interactions."""
        return [one for one in await self.parts.all_interactions() if one.open]

    async def queue_of(self, agent: str) -> list[AgentQueueEntry]:
        """What an agent has in front of them."""
        return await self.parts.queues.entries(agent)

    async def state_of(self, agent: str) -> tuple[AgentState, str]:
        """What an agent is doing."""
        presence = await self.parts.presence.get(agent)
        return presence.state, presence.pause

    async def log_of(self, interaction_id: str) -> list[StoredMessage]:
        """The messages of an interaction."""
        return await self.parts.interactions.messages(interaction_id, 10_000)

    async def trace_of(self, interaction_id: str) -> list[str]:
        """What happened to an interaction, in words."""
        walks = await self.parts.interactions.traces(interaction_id)
        return [
            " ".join(filter(None, (entry.action, entry.outcome, entry.value)))
            for walk in walks
            for entry in walk.entries
        ]

    async def is_sound(self) -> None:
        """What must hold whenever nothing is left to do: who holds what is who has it, and agents see just that."""
        interactions = await self.parts.all_interactions()
        has = {(agent, one.id) for one in interactions for agent in AGENTS if holds(one, agent)}
        holdings = await self.parts.presence.holdings()
        held = {(agent, one) for agent, ones in holdings.items() for one in ones}
        assert held == has, f"held and not had: {held - has}, had and not held: {has - held}"
        seen = {(entry.agent_id, entry.interaction_id) for agent in AGENTS for entry in await self.queue_of(agent)}
        assert seen == has, f"seen and not had: {seen - has}, had and not seen: {has - seen}"
        wrapping = {(one.owner, one.id) for one in interactions if one.state is InteractionState.WRAPUP}
        wrapups = await self.parts.presence.wrapups()
        assert {(agent, one) for agent, ones in wrapups.items() for one in ones} == wrapping
        open_ones = [one.conversation for one in interactions if one.open]
        assert len(open_ones) == len(set(open_ones))
        for one in interactions:
            _is_sound(one)


def _is_sound(one: Interaction) -> None:
    """What must hold of every interaction."""
    assert one.open == (one.state is not InteractionState.CLOSED)
    assert bool(one.offered_to) == (one.state is InteractionState.OFFERED)
    assert one.state not in {InteractionState.ASSIGNED, InteractionState.WRAPUP} or one.owner is not None
    routed = {InteractionState.ROUTING, InteractionState.WAITING, InteractionState.OFFERED}
    assert (one.transfer is not None) == (one.state in routed and one.owner is not None)
    assert one.owner not in one.offered_to
    assert one.state is InteractionState.CLOSED or one.unmanaged or one.due_at or not one.waiting_for
    assert all(attempt.outcome is not None for attempt in one.transfers)


@asynccontextmanager
async def at_work(parts: Parts, *, capacity: int = 0, **settings: Fields) -> AsyncIterator[Desk]:
    """Three agents who are available; everything goes to the queue `sales`, of `ben` and `cai`, for a minute."""
    base: dict[str, Any] = {"agents": AGENTS, "transfer": {"enabled": True, "timeout": 60}}
    http = OutboundHttp("127.0.0.1", 1.0)
    dependencies = replace(
        console_dependencies(parts.store, parts.said, http, parts.clock),
        configuration_store=parts.configuration_store,
        configuration_cache=parts.configuration,
        outbox=parts.outbox,
    )
    await parts.configure(
        *people(*AGENTS, capacity=capacity),
        queue(agents=("ben", "cai")),
        Pause(id="lunch", name="Lunch"),
        account([{"action": "Queue", "queue": "sales", "timeout": 60}], **{**base, **settings}),
    )
    async with TestClient(TestServer(build_console(dependencies))) as client:
        desk = Desk(parts, client, dependencies)
        for agent in AGENTS:
            await parts.presence.set(agent, AgentState.AVAILABLE)
        yield desk
    await dependencies.importer.stop()
    await http.stop()
