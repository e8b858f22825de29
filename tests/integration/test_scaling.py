import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from runtime.embedded.mongodb import MongoDB
from runtime.embedded.processes import SwitchboardProcess
from runtime.embedded.rabbitmq import RabbitMQ
from tests.integration.accounts import queue_step
from tests.integration.site import PARTITIONS, Site, running
from tests.integration.traffic import traffic
from tests.patience import eventually

JOIN_S, TAKE_OVER_S = 15.0, 20.0
"""Three times and twice what it takes at most on a quiet machine."""
MESSAGES = 900
CONTACT = "+393331117771"


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


@pytest.mark.thorough
async def test_a_second_router_takes_half_and_gives_it_back_when_it_leaves(usual_site: Site) -> None:
    newcomer = Newcomer(usual_site)
    await traffic(usual_site, MESSAGES, newcomer.comes_and_leaves)


@pytest.mark.thorough
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


SHARING = {"router": "router", "worker": "worker", "sender": "sender"}
"""The kinds of process that share partitions, and their stage."""


async def shares(site: Site, kind: str) -> list[int]:
    """What each living process of a kind owns, the least first."""
    members = [one for one in site.stack.processes.members if one.kind.name == kind and one.pid]
    figures = [site.metric(one, "switchboard_partitions_owned", stage=SHARING[kind]) for one in members]
    return sorted(int(figure) for figure in await asyncio.gather(*figures))


class EveryKind:
    """Two more of every kind that shares partitions come in the middle of the traffic; one is killed, one leaves."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.added: dict[str, list[SwitchboardProcess]] = {}

    async def come_and_go(self) -> None:
        group = self.site.stack.processes
        for kind in SHARING:
            self.added[kind] = list(await asyncio.gather(group.start_one(kind), group.start_one(kind)))
        await self.all_own([5, 5, 6], JOIN_S)
        await asyncio.gather(*(group.kill(kind, self.added[kind][0].index, restart=False) for kind in SHARING))
        await self.all_own([8, 8], TAKE_OVER_S)
        await asyncio.gather(*(group.stop_one(kind, self.added[kind][1].index) for kind in SHARING))
        await self.all_own([16], JOIN_S)
        await asyncio.gather(*(group.stop_one(kind, self.added[kind][0].index) for kind in SHARING))

    async def all_own(self, wanted: list[int], within_s: float) -> None:
        async def so() -> bool:
            return all([await shares(self.site, kind) == wanted for kind in SHARING])

        await eventually(so, within_s)


@pytest.mark.thorough
async def test_partitions_spread_over_three_of_every_kind_and_are_taken_over_from_who_dies_or_leaves(
    usual_site: Site,
) -> None:
    account = await traffic(usual_site, MESSAGES // 2, EveryKind(usual_site).come_and_go)
    assert account.messages == MESSAGES // 2


async def test_a_second_gateway_takes_its_part_and_what_it_took_is_there_when_it_is_killed(usual_site: Site) -> None:
    account = await usual_site.account(queue_step(await usual_site.queue()))
    second = await usual_site.stack.processes.start_one("gateway")
    ids = []
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        for number in range(20):
            # One conversation by way of both doors in turn: each message is sent when the one before was answered.
            ids.append(account.new_message_id())
            request = account.text(CONTACT, ids[-1], f"number {number}")
            door = (usual_site.info.gateway_url, second.url)[number % 2]
            answer = await client.request(
                request.method, door + request.path, content=request.body, headers=request.headers
            )
            assert answer.status_code == httpx.codes.OK, answer.text
    await usual_site.stack.processes.kill("gateway", second.index, restart=False)
    interaction = await usual_site.interaction(account, CONTACT, message_count=20)
    assert [message["provider_id"] for message in await usual_site.contents(interaction)] == ids
    await usual_site.stack.processes.stop_one("gateway", second.index)
