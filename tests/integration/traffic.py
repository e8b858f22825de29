"""The demonstration's traffic with something happening in the middle of it, and the check that nothing came of that."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

from runtime.demo.report import Account
from runtime.demo.run import Demonstration
from tests.integration.site import Site
from tests.patience import eventually

SEND_S = 60.0
SETTLE_S = 30.0
_seeds = itertools.count(1000)


async def undisturbed() -> None:
    """Nothing happens."""


class Traffic:
    """One run of the demonstration; its seed is its own, so that no contact of another run writes again."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._seed = next(_seeds)
        self.demonstration = Demonstration(site.info, site.database, self._seed)
        self.sent = 0
        self.account = Account()

    async def run(self, messages: int, disturb: Callable[[], Awaitable[None]] = undisturbed) -> Account:
        """Send, have a quarter of it arrive, disturb while the rest is sent, and check every message."""
        before = await self._site.dead_letters()
        try:
            await self.demonstration.configure()
            await self._send(messages, disturb)
            await self.demonstration.verify(self.account, lambda *_: None, SETTLE_S)
        finally:
            await self.demonstration.close()
        assert self.account.faults == [], self.account.faults
        assert await self._site.dead_letters() == before
        return self.account

    async def _send(self, messages: int, disturb: Callable[[], Awaitable[None]]) -> None:
        sending = asyncio.create_task(self.demonstration.send(messages, self._progress))
        try:
            await eventually(lambda: self._has_sent(messages // 4))
            assert disturb is undisturbed or not sending.done(), "the traffic was over before anything happened"
            await disturb()
            self.account = await asyncio.wait_for(sending, SEND_S)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    def again(self, site: Site) -> Demonstration:
        """Another look at the same conversations; to be closed."""
        look = Demonstration(site.info, site.database, self._seed)
        look.conversations = self.demonstration.conversations
        return look

    def _progress(self, _what: str, done: int, _of: int) -> None:
        self.sent = done

    async def _has_sent(self, count: int) -> bool:
        return self.sent >= count


async def traffic(site: Site, messages: int, disturb: Callable[[], Awaitable[None]] = undisturbed) -> Account:
    """Run the demonstration over a site; every message must be where it belongs, once and in order."""
    return await Traffic(site).run(messages, disturb)
