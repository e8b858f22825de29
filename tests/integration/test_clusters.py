"""Three RabbitMQ nodes and three mongods: one that leads dies in full flow, and nothing comes of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from contracts.topology import router_queue, work_key
from runtime.embedded.clusters import MongoDBReplicaSet, RabbitMQCluster
from runtime.embedded.mongodb import MongoDB
from runtime.embedded.rabbitmq import RabbitMQ
from tests.integration.site import HASTE, PARTITIONS, Site, running
from tests.integration.traffic import traffic
from tests.patience import eventually
from tests.rabbitmqctl import leaders

MESSAGES = 400
RECOVERY_S = 30.0
QUEUES = [name(number) for name in (router_queue, work_key) for number in range(PARTITIONS)]
"""Those of the partitions. A stream may have no writer until its node is back; events go on without it (ADR 19)."""

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(300)]  # to form the clusters takes half a minute of it


@pytest.fixture(scope="module")
async def rabbits(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RabbitMQCluster]:
    cluster = RabbitMQCluster(tmp_path_factory.mktemp("rabbits"))
    try:
        await cluster.start()
        yield cluster
    finally:
        await cluster.stop()


@pytest.fixture(scope="module")
async def mongos(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MongoDBReplicaSet]:
    replica_set = MongoDBReplicaSet(tmp_path_factory.mktemp("mongos"))
    try:
        await replica_set.start()
        yield replica_set
    finally:
        await replica_set.stop()


@pytest.fixture(scope="module")
async def clustered(
    rabbits: RabbitMQCluster, mongos: MongoDBReplicaSet, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    async with running(tmp_path_factory.mktemp("clustered"), rabbits.url, mongos.url, HASTE) as site:
        yield site


@pytest.fixture(autouse=True)
def patient_senders(monkeypatch: pytest.MonkeyPatch) -> None:
    """The senders of the traffic come again for longer than an election takes."""
    monkeypatch.setattr("runtime.demo.run.ATTEMPTS", 400)


async def all_ready(site: Site) -> bool:
    """Whether every process is ready."""
    members = site.stack.processes.members
    return set(await asyncio.gather(*(site.health(member, "ready") for member in members))) == {200}


async def leading(rabbits: RabbitMQCluster) -> RabbitMQ:
    """The node that leads most of the partition queues."""
    led = await leaders(rabbits.members[0])
    ((most, _count),) = Counter(led[queue] for queue in QUEUES).most_common(1)
    return next(member for member in rabbits.members if member.node_name == most)


async def test_nothing_is_lost_doubled_or_reordered_when_the_node_that_leads_the_partitions_is_killed(
    clustered: Site, rabbits: RabbitMQCluster
) -> None:
    victim = await leading(rabbits)
    before = clustered.info.pids

    async def kill() -> None:
        await victim.kill()
        await eventually(lambda: all_ready(clustered), RECOVERY_S)

    account = await traffic(clustered, MESSAGES, kill)
    assert account.messages == MESSAGES
    assert account.refused_requests == 0
    assert clustered.info.pids == before, "a process had to be restarted"
    survivors = [member for member in rabbits.members if member is not victim]
    led = await leaders(survivors[0])
    assert victim.node_name not in {led[queue] for queue in QUEUES}

    await victim.start()
    await traffic(clustered, MESSAGES // 4)


async def test_nothing_is_lost_doubled_or_reordered_when_the_primary_of_the_database_is_killed(
    clustered: Site, mongos: MongoDBReplicaSet
) -> None:
    found = await mongos.primary()
    assert found is not None
    victim: MongoDB = found
    before = clustered.info.pids

    async def another_leads() -> bool:
        return await mongos.primary() not in {None, victim}

    async def kill() -> None:
        await victim.kill()
        await eventually(another_leads, RECOVERY_S)
        await eventually(lambda: all_ready(clustered), RECOVERY_S)

    account = await traffic(clustered, MESSAGES, kill)
    assert account.messages == MESSAGES
    assert clustered.info.pids == before, "a process had to be restarted"

    await victim.start()
    await traffic(clustered, MESSAGES // 4)
