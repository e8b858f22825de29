"""One run: customers write, agents answer, faults happen; then everything is mended, and the account is drawn up."""

import asyncio
import random
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice, takewhile
from typing import Any

from contracts.interactions import Interaction
from contracts.messages import DeliveryState
from contracts.outbound import words_of
from runtime.demo.pacing import settled
from runtime.logging import get_logger
from runtime.sandbox.phones import Phone
from runtime.store.evidence import Evidence, EvidenceStore
from tests.chaos.agents import Agent
from tests.chaos.customers import Customers
from tests.chaos.faults import Faults
from tests.chaos.ledger import Conversation, Figures, Found, Log, compare
from tests.chaos.plan import plan
from tests.chaos.world import World
from tests.integration.site import Site

log = get_logger(__name__)

CUSTOMERS = 16
LANES = 2
"""Faults that may overlap."""
PAUSE_S = (0.5, 3.0)
SETTLE_S = 90.0
WIND_DOWN_S = 5.0
QUIET_S = 2.0
"""Once all is well, what comes twice has so long to come."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run tells. `refused` counts webhooks that were not taken at first, `repeated` those that came again on
    top, `swapped` pairs that came in another order than they were written in."""

    seed: int
    seconds: float
    lost: int
    doubled: int
    out_of_order: int
    sent_twice: int
    messages: int
    conversations: int
    repeated: int
    swapped: int
    refused: int
    answers: int
    unconfirmed: int
    faults: dict[str, int]
    notes: list[str]

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, doubled, out of order or sent twice."""
        return (self.lost, self.doubled, self.out_of_order, self.sent_twice) == (0, 0, 0, 0)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"clean": self.clean, **asdict(self)}


class Run:
    """A run over a world. `faults` are the names of those that happen; all, where nothing is said."""

    def __init__(self, world: World, seed: int, faults: Sequence[str] | None = None) -> None:
        chance = random.Random(seed)  # noqa: S311 - a run that can be had again is the point
        self.world = world
        self.seed = seed
        self.customers = Customers(world.site.sandbox, random.Random(chance.random()))  # noqa: S311 - as above
        self.faults = Faults(world, self.customers, random.Random(chance.random()))  # noqa: S311 - as above
        self._names = list(faults or self.faults.names)
        self._plan = plan(self._names, chance)
        self._chance = chance

    async def run(self, seconds: float | None = None, customers: int = CUSTOMERS, lanes: int = LANES) -> Report:
        """Everything, for so many seconds, or until each fault has happened once; then what came of it."""
        began = time.monotonic()
        end, home = asyncio.Event(), asyncio.Event()
        agents = [Agent(self.world.site, one, self.customers.conversations) for one in self.world.agents]
        async with asyncio.TaskGroup() as group:
            for agent in agents:
                group.create_task(agent.work_until(home))
            async with asyncio.TaskGroup() as at_work:
                for _ in range(customers):
                    at_work.create_task(self.customers.write_until(end, self.world.accounts))
                await self._break(self._faults(seconds), lanes)
                await self.world.heal()
                end.set()
                log.info("chaos.mended", messages=self.customers.messages)
            log.info("chaos.customers_done", messages=self.customers.messages)
            await asyncio.sleep(WIND_DOWN_S)
            home.set()
        log.info("chaos.agents_done")
        figures, unconfirmed = await self._settled()
        return self._report(time.monotonic() - began, figures, unconfirmed)

    def _faults(self, seconds: float | None) -> Iterator[str]:
        if seconds is None:
            return islice(self._plan, len(self._names))
        until = time.monotonic() + seconds
        return takewhile(lambda _name: time.monotonic() < until, self._plan)

    async def _break(self, names: Iterator[str], lanes: int) -> None:
        async def lane() -> None:
            for name in names:
                log.info("chaos.fault", name=name, messages=self.customers.messages)
                await self.faults.happen(name)
                await asyncio.sleep(self._chance.uniform(*PAUSE_S))

        async with asyncio.TaskGroup() as group:
            for _ in range(lanes):
                group.create_task(lane())

    async def _settled(self) -> tuple[Figures, int]:
        """The figures, once they are clean, or when they no longer get better."""

        async def look() -> tuple[Figures, list[str]]:
            figures = await figures_of(self.world, list(self.customers.conversations.values()))
            figures += await self._open_ends()
            return figures, figures.notes

        _, wrong = await settled(look, SETTLE_S, lambda wrong: log.info("chaos.looked", wrong=wrong))
        if not wrong:
            await asyncio.sleep(QUIET_S)
        figures, _ = await look()
        return figures, len(await self.world.site.documents("messages", state=DeliveryState.UNCONFIRMED.value))

    async def _open_ends(self) -> Figures:
        """What nobody said is finished: messages still to be sent, and poison that was not set apart."""
        queued = len(await self.world.site.documents("messages", state=DeliveryState.QUEUED.value))
        letters = [str(letter) for letter in await self.world.site.dead_letters()]
        left = [name for name in self.faults.poison if not any(name in letter for letter in letters)]
        notes = [f"{queued} messages are still to be sent"] if queued else []
        notes += [f"{name} was not set apart" for name in left]
        return Figures(lost=queued + len(left), notes=notes)

    def _report(self, seconds: float, figures: Figures, unconfirmed: int) -> Report:
        said = self.customers
        return Report(
            self.seed,
            round(seconds, 1),
            *figures.counts,
            messages=said.messages,
            conversations=len(said.conversations),
            repeated=said.repeated,
            swapped=said.swapped,
            refused=said.refused,
            answers=sum(len(one.answers) for one in said.conversations.values()),
            unconfirmed=unconfirmed,
            faults=dict(sorted(self.faults.happened.items())),
            notes=figures.notes,
        )


async def figures_of(world: World, conversations: Sequence[Conversation]) -> Figures:
    """The figures of these conversations as things stand now."""
    wanted = [(one.key, one.account_id, one.contact) for one in conversations]
    evidence = await EvidenceStore(world.site.store).of(wanted)
    phones = {(phone.account, phone.contact): phone for phone in await world.site.sandbox.phones()}
    found = ((one, evidence[one.key], phones.get((one.account_key, one.contact))) for one in conversations)
    unknown = _unknown_outcomes(world.site)
    return Figures.total(compare(one, _found(there, phone, unknown)) for one, there, phone in found)


def _unknown_outcomes(site: Site) -> set[str]:
    """The messages of which a sender, or the clock in its place, could not tell whether the provider had them."""
    outcomes = (one for one in site.events("sender", "send.outcome") if one["outcome"] == "unconfirmed")
    return {one["message"] for one in (*outcomes, *site.events("clock", "message.unconfirmed"))}


def _found(evidence: Evidence, phone: Phone | None, unknown: Collection[str]) -> Found:
    received = [message for message in phone.messages if message.direction == "received"] if phone else []
    sent = {words_of(message.sending): str(message.state) for message in evidence.outbound if message.sending}
    return Found(
        logs=[_log(interaction, evidence) for interaction in evidence.interactions],
        phone=[message.words for message in received],
        states=sent,
        overtaken=frozenset(words_of(one.sending) for one in evidence.outbound if one.sending and one.id in unknown),
        told_read=frozenset(message.words for message in received if DeliveryState.READ in message.statuses),
    )


def _log(interaction: Interaction, evidence: Evidence) -> Log:
    messages = [message for message in evidence.messages if message.interaction_id == interaction.id]
    inbound = [message.provider_id for message in messages if message.direction == "inbound"]
    return Log(inbound, len(messages), interaction.sequence, _is_shown(interaction, evidence))


def _is_shown(interaction: Interaction, evidence: Evidence) -> bool:
    """Whether the queues of those who are concerned show the interaction's last message, and nobody else's do."""
    concerned = {interaction.owner} if interaction.owner else set(interaction.offered_to)
    entries = [entry for entry in evidence.entries if entry.interaction_id == interaction.id]
    if not interaction.open:
        return not entries
    return {entry.agent_id for entry in entries} == concerned and all(
        entry.sequence == interaction.sequence for entry in entries
    )
