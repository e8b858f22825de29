from collections.abc import Callable

import pytest

from runtime.embedded.processes import SwitchboardProcess
from tests.integration.site import Site
from tests.integration.traffic import traffic
from tests.patience import eventually

MESSAGES = 300


async def kill(site: Site, process: SwitchboardProcess) -> None:
    """`kill -9`, and wait until the supervision has brought it back."""
    before = process.pid
    await site.stack.processes.kill(process.kind.name, process.index)

    async def back() -> bool:
        return process.pid not in {None, before} and await site.health(process, "ready") == 200

    await eventually(back)


async def kill_for_good(site: Site, process: SwitchboardProcess) -> None:
    await site.stack.processes.kill(process.kind.name, process.index, restart=False)
    await site.stack.processes.stop_one(process.kind.name, process.index)


@pytest.mark.parametrize(
    "kind", ["router", *(pytest.param(kind, marks=pytest.mark.thorough) for kind in ("worker", "gateway", "clock"))]
)
async def test_nothing_is_lost_doubled_or_reordered_when_the_only_one_of_a_kind_is_killed(
    site: Site, kind: str
) -> None:
    process = site.process(kind)
    before = process.pid
    account = await traffic(site, MESSAGES, lambda: kill(site, process))
    assert process.pid != before
    assert account.messages == MESSAGES


@pytest.mark.thorough
@pytest.mark.parametrize("which", [min, max])
async def test_nothing_is_lost_doubled_or_reordered_when_one_of_two_routers_is_killed(
    site: Site, which: Callable[..., SwitchboardProcess]
) -> None:
    added = await site.stack.processes.start_one("router")
    routers = [site.process("router"), added]
    victim = which(routers, key=lambda router: router.index)
    await traffic(site, MESSAGES, lambda: kill_for_good(site, victim))
    assert [member.index for member in site.stack.processes.members if member.kind.name == "router"] == [
        router.index for router in routers if router is not victim
    ]


async def test_nothing_is_lost_when_everything_behind_the_door_is_killed_at_once(site: Site) -> None:
    victims = [site.process(kind) for kind in ("router", "worker", "clock")]
    before = [victim.pid for victim in victims]

    async def massacre() -> None:
        for victim in victims:
            await site.stack.processes.kill(victim.kind.name, victim.index)

    await traffic(site, MESSAGES, massacre)
    assert all(victim.pid not in {None, pid} for victim, pid in zip(victims, before, strict=True))
