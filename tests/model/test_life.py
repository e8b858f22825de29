"""Agents, supervisors, customers and the clock at random, against the console, router and workers on real services.

After each step everything that follows from it is done, and the invariants of `Desk.is_sound` are checked; at the end
every message that a customer ever wrote is in a log, once.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from contracts.interactions import EntryKind, Interaction, InteractionState
from runtime.store.assignments import holds
from tests.desk import AGENTS, Desk, at_work
from tests.parts import Parts

CUSTOMERS = tuple(f"+3933300000{number}" for number in range(3))
CAPACITY = 2
T = TypeVar("T")
agents = st.sampled_from(AGENTS)
customers = st.sampled_from(CUSTOMERS)
FINE = {200, 201, 403, 404, 409, 422}
"""A click takes effect or is refused with a reason; nothing else is ever answered."""


class Life(RuleBasedStateMachine):
    """The machine that hypothesis drives. `run` carries a coroutine out; `renew` gives it an empty contact centre."""

    run: Callable[[Coroutine[Any, Any, Any]], Any]
    renew: Callable[[], Coroutine[Any, Any, Desk]]

    @initialize()
    def open(self) -> None:
        self.desk: Desk = self.run(self.renew())
        self.written = 0
        self.assigned = False  # whoever a supervisor assigned something to may have more than their capacity

    def _click(self, method: str, path: str, json: object = None) -> None:
        answer = self.run(self.desk.call(method, path, json))
        assert answer.status in FINE, answer.text
        self.run(self.desk.work())

    def _one(self, customer: str) -> Interaction | None:
        found = [one for one in self.run(self.desk.all_open()) if one.contact_key == customer]
        return found[0] if found else None

    def _on(self, customer: str, method: str, path: str, json: object = None) -> None:
        one = self._one(customer)
        if one is not None:
            self._click(method, path.format(one.id), json)

    @rule(customer=customers)
    def write(self, customer: str) -> None:
        self.written += 1
        self.run(self.desk.write(customer))

    @rule(agent=agents, state=st.sampled_from(["available", "pause", "offline"]))
    def be(self, agent: str, state: str) -> None:
        self._click("PUT", f"agents/{agent}/state", {"state": state})

    @rule(agent=agents, what=st.sampled_from(["accept", "accept", "reject"]))
    def answer_offer(self, agent: str, what: str) -> None:
        offers = [e for e in self.run(self.desk.queue_of(agent)) if e.kind is EntryKind.OFFER]
        if offers:
            self._click("POST", f"agents/{agent}/queue/{offers[0].interaction_id}/{what}")

    @rule(customer=customers, agent=agents)
    def assign(self, customer: str, agent: str) -> None:
        self.assigned = True
        self._on(customer, "POST", "interactions/{}/assign", {"agent": agent})

    @rule(customer=customers, agent=agents)
    def pick_up(self, customer: str, agent: str) -> None:
        self._on(customer, "POST", f"agents/{agent}/queue/{{}}/pick-up")

    @rule(customer=customers, to=st.sampled_from([*({"agent": agent} for agent in AGENTS), {"queue": "sales"}]))
    def transfer(self, customer: str, to: dict[str, str]) -> None:
        self._on(customer, "POST", "interactions/{}/transfer", to)

    @rule(customer=customers)
    def take_back(self, customer: str) -> None:
        self._on(customer, "DELETE", "interactions/{}/transfer")

    @rule(customer=customers, given=st.booleans())
    def close(self, customer: str, given: bool) -> None:
        self._on(customer, "POST", "interactions/{}/close", {"disposition": ["Done"]} if given else {})

    @rule(customer=customers)
    def dispose(self, customer: str) -> None:
        self._on(customer, "PUT", "interactions/{}/disposition", {"disposition": ["Done"]})

    @rule(customer=customers)
    def answer(self, customer: str) -> None:
        self._on(customer, "POST", "interactions/{}/messages", {"content": {"kind": "text", "text": "hello"}})

    @rule(seconds=st.sampled_from([1, 10, 31, 61, 301]))
    def pass_(self, seconds: int) -> None:
        self.run(self.desk.pass_(seconds))

    @rule()
    def sweep(self) -> None:
        self.run(self.desk.parts.clock_worker().sweep())
        self.run(self.desk.work())

    @rule(customer=customers, agent=agents, other=agents, data=st.data())
    def click_at_once(self, customer: str, agent: str, other: str, data: st.DataObject) -> None:
        one = self._one(customer)
        if one is None:
            return
        clicks = {
            "accept": ("POST", f"agents/{agent}/queue/{one.id}/accept", None),
            "accept too": ("POST", f"agents/{other}/queue/{one.id}/accept", None),
            "reject": ("POST", f"agents/{other}/queue/{one.id}/reject", None),
            "pick up": ("POST", f"agents/{agent}/queue/{one.id}/pick-up", None),
            "close": ("POST", f"interactions/{one.id}/close", {"disposition": ["Done"]}),
            "transfer": ("POST", f"interactions/{one.id}/transfer", {"agent": other}),
            "take back": ("DELETE", f"interactions/{one.id}/transfer", None),
        }
        chosen = data.draw(st.lists(st.sampled_from(sorted(clicks)), min_size=2, max_size=4))
        self.run(self._at_once([clicks[name] for name in chosen]))

    async def _at_once(self, clicks: list[tuple[str, str, object]]) -> None:
        answers = await asyncio.gather(*(self.desk.call(*click) for click in clicks))
        assert {answer.status for answer in answers} <= FINE
        await self.desk.work()

    @invariant()
    def is_sound(self) -> None:
        if hasattr(self, "desk"):
            self.run(self._check())

    async def _check(self) -> None:
        await self.desk.is_sound()
        interactions = await self.desk.parts.all_interactions()
        if not self.assigned:
            held = Counter(agent for one in interactions for agent in AGENTS if holds(one, agent))
            assert max(held.values(), default=0) <= CAPACITY
        logs = [await self.desk.log_of(one.id) for one in interactions]
        inbound = [message.id for log in logs for message in log if message.direction == "inbound"]
        assert len(inbound) == len(set(inbound)) == self.written
        assert all([message.sequence for message in log] == list(range(1, len(log) + 1)) for log in logs)
        wrapping = {one.owner for one in interactions if one.state is InteractionState.WRAPUP}
        available = {agent for agent in AGENTS if (await self.desk.state_of(agent))[0] == "available"}
        assert not wrapping & available


async def test_whatever_anybody_does_nobody_loses_anything_and_everything_is_somebodys_or_waits(parts: Parts) -> None:
    loop = asyncio.get_running_loop()
    opened: list[AbstractAsyncContextManager[Desk]] = []

    async def renew() -> Desk:
        for centre in opened:
            await centre.__aexit__(None, None, None)
        for name in await parts.store.database.list_collection_names():
            await parts.store.database[name].delete_many({})
        parts.said.published = []
        mandatory = {"enabled": True, "pause": "paperwork"}
        opened[:] = [at_work(parts, capacity=CAPACITY, inactivity_timeout=5, mandatory_disposition=mandatory)]
        return await opened[0].__aenter__()

    def run(what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, loop).result(60)

    machine = type("Machine", (Life,), {"run": staticmethod(run), "renew": staticmethod(renew)})
    chosen = settings(
        max_examples=12,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=chosen)
    for centre in opened:
        await centre.__aexit__(None, None, None)
