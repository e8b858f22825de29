import time
from collections.abc import AsyncIterator

import pytest

from runtime.embedded.mongodb import MongoDB
from runtime.embedded.processes import SwitchboardProcess
from runtime.embedded.rabbitmq import RabbitMQ
from tests.integration.site import PARTITIONS, Site, eventually, running
from tests.integration.traffic import traffic

JOIN_S, TAKE_OVER_S = 5.0, 10.0
MESSAGES = 900


@pytest.fixture(scope="module")
async def usual_site(
    rabbitmq: RabbitMQ, mongodb: MongoDB, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """An installation with the settings of real life, for these tests are about them."""
    async with running(tmp_path_factory.mktemp("usual"), rabbitmq.url, mongodb.url, {}) as site:
        yield site


async def owned(site: Site, process: SwitchboardProcess) -> int:
    return int(await site.metric(process, "switchboard_partitions_owned", stage="router"))


async def handled(site: Site, process: SwitchboardProcess) -> float:
    return await site.metric(process, "switchboard_handled_total", stage="router", outcome="stored")


class Newcomer:
    """A second router that comes in the middle of the traffic, works for a while, and goes."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.first = site.process("router")
        self.second = self.first

    async def comes(self) -> None:
        self.second = await self.site.stack.processes.start_one("router")
        await eventually(self.shares_are_even, JOIN_S)

    async def shares_are_even(self) -> bool:
        return (await owned(self.site, self.first), await owned(self.site, self.second)) == (
            PARTITIONS // 2,
            PARTITIONS // 2,
        )

    async def second_works(self) -> bool:
        return await handled(self.site, self.second) > 0

    async def first_owns_all(self) -> bool:
        return await owned(self.site, self.first) == PARTITIONS

    async def comes_and_is_killed(self) -> None:
        await self.comes()
        await eventually(self.second_works)
        await self.site.stack.processes.kill("router", self.second.index, restart=False)
        await eventually(self.first_owns_all, TAKE_OVER_S)
        await self.site.stack.processes.stop_one("router", self.second.index)

    async def comes_and_leaves(self) -> None:
        await self.comes()
        await eventually(self.second_works)
        since = time.monotonic()
        await self.site.stack.processes.stop_one("router", self.second.index)
        assert self.second.exit_status == 0
        await eventually(self.first_owns_all, JOIN_S)
        assert time.monotonic() - since < TAKE_OVER_S


async def test_a_second_router_takes_half_and_gives_it_back_when_killed(usual_site: Site) -> None:
    newcomer = Newcomer(usual_site)
    await traffic(usual_site, MESSAGES, newcomer.comes_and_is_killed)


async def test_a_second_router_takes_half_and_gives_it_back_when_it_leaves(usual_site: Site) -> None:
    newcomer = Newcomer(usual_site)
    await traffic(usual_site, MESSAGES, newcomer.comes_and_leaves)


async def test_two_routers_share_the_work_of_many_conversations(usual_site: Site) -> None:
    newcomer = Newcomer(usual_site)
    await newcomer.comes()
    before = [await handled(usual_site, router) for router in (newcomer.first, newcomer.second)]
    account = await traffic(usual_site, MESSAGES // 3)
    done = [await handled(usual_site, router) for router in (newcomer.first, newcomer.second)]
    shares = [now - then for now, then in zip(done, before, strict=True)]
    await usual_site.stack.processes.stop_one("router", newcomer.second.index)

    landed = account.messages - account.landed.get("rejected", 0) * 4
    assert sum(shares) == pytest.approx(landed, abs=4)
    assert min(shares) > 0.25 * sum(shares), f"the routers handled {shares}"
