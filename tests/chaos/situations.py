"""Exact situations for planted faults: one process in the place of another, one customer, and what comes of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from runtime.embedded.processes import SwitchboardProcess
from tests.chaos.customers import Customers
from tests.chaos.ledger import Conversation, Figures
from tests.chaos.mutations import ACKNOWLEDGED
from tests.chaos.run import figures_of
from tests.chaos.world import World
from tests.integration.accounts import PlayedAccount
from tests.patience import POLL_S, eventually

WITHIN_S = 60.0


@dataclass
class Situation:
    """A customer of the first account."""

    world: World
    customers: Customers
    one: Conversation

    @property
    def account(self) -> PlayedAccount:
        """The account."""
        return self.world.accounts[0]

    async def say(self, times: int = 1) -> str:
        """The customer writes, the provider tells of it so often; the id."""
        return await self.customers.say(self.one, self.account, times)

    async def stored(self, *message_ids: str) -> None:
        """Wait until these messages are in the log."""

        async def look() -> bool:
            found = await self.world.site.documents("messages", provider_id={"$in": list(message_ids)})
            return len(found) == len(message_ids)

        await eventually(look, WITHIN_S)

    async def acknowledged(self) -> None:
        """Wait until a planted fault has come to the point at which its process is to be killed."""

        async def look() -> bool:
            return (self.world.directory / ACKNOWLEDGED).exists()

        await eventually(look, WITHIN_S)

    async def becomes(self, *counts: int) -> None:
        """Wait until the figures are these."""

        until = time.monotonic() + WITHIN_S
        while (found := await self.figures()).counts != counts:
            assert time.monotonic() < until, found
            await asyncio.sleep(POLL_S)

    async def figures(self) -> Figures:
        """What is wrong with the conversation."""
        return await figures_of(self.world, [self.one])

    @asynccontextmanager
    async def without(self, kind: str) -> AsyncIterator[None]:
        """No process of a kind; afterwards one, without a fault."""
        for member in self.world.members(kind):
            await self.world.site.stack.processes.stop_one(kind, member.index)
        try:
            yield
        finally:
            await self.world.site.stack.processes.start_one(kind)

    @asynccontextmanager
    async def planted(self, kind: str, fault: str) -> AsyncIterator[SwitchboardProcess]:
        """One process with a fault planted in it; killed at last."""
        processes = self.world.site.stack.processes
        (self.world.directory / ACKNOWLEDGED).unlink(missing_ok=True)
        made = await processes.start_one(f"{kind}.{fault}")
        try:
            yield made
        finally:
            await made.kill(restart=False)
            await processes.stop_one(made.kind.name, made.index)

    @asynccontextmanager
    async def told_to(self, gateway: SwitchboardProcess) -> AsyncIterator[None]:
        """The provider tells another gateway."""
        before = self.world.number(self.account, self.world.site.info.gateway_url)
        await self.world.site.sandbox.put_numbers([self.world.number(self.account, gateway.url)])
        try:
            yield
        finally:
            await self.world.site.sandbox.put_numbers([before])
