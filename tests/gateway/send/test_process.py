"""The sender as a process of its own: killed in the middle of a call, and replaced."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from contracts.commands import Send
from contracts.messages import DeliveryState
from contracts.topology import topology
from runtime.broker import Broker, Publisher
from runtime.clock import utc_now
from runtime.crypto import secret_box
from runtime.foundation import INDEXES
from runtime.process import HttpServer
from runtime.publishing import Outbox
from runtime.sandbox.faults import FaultInput, FaultMode
from runtime.sandbox.played import played_providers
from runtime.sandbox.server import Sandbox
from runtime.settings import Settings
from runtime.store.client import Store
from runtime.store.configuration import ConfigurationStore
from runtime.store.interactions import InteractionStore
from runtime.store.outbound import OutboundStore
from tests.gateway.send.desk import ADA, account_at, number_of, outbound, status_of
from tests.parts import people
from tests.patience import eventually
from workers.sends import SendSweep

ROOT = Path(__file__).parents[3]


def environment(settings: Settings) -> dict[str, str]:
    assert settings.secret_key is not None
    return {
        **os.environ,
        "AMQP_URL": settings.amqp_url.get_secret_value(),
        "MONGO_URL": settings.mongo_url.get_secret_value(),
        "SWITCHBOARD_DATABASE": settings.database,
        "SWITCHBOARD_PARTITIONS": str(settings.partitions),
        "SWITCHBOARD_SECRET_KEY": settings.secret_key.get_secret_value(),
        "SWITCHBOARD_ALLOWED_HOSTS": "127.0.0.1",
        "SWITCHBOARD_HEARTBEAT_S": "0.2",
        "SWITCHBOARD_MEMBER_TTL_S": "1.5",
    }


@asynccontextmanager
async def sending(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        "send",
        cwd=ROOT,
        env=environment(settings),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@pytest.fixture
async def store(installation: Settings) -> AsyncIterator[Store]:
    store = Store(installation.mongo_url, installation.database, INDEXES)
    await store.start()
    yield store
    await store.stop()


@pytest.fixture
async def outbox(installation: Settings) -> AsyncIterator[Outbox]:
    basis = Settings()
    declared = topology(installation.partitions, basis.event_log_max_bytes, basis.event_log_max_age)
    broker = Broker(SecretStr(installation.amqp_url.get_secret_value()), declared, "test")
    await broker.start()
    yield Outbox(Publisher(broker, 5.0), installation.partitions)
    await broker.stop()


@pytest.fixture
async def sandbox(installation: Settings, store: Store) -> AsyncIterator[Sandbox]:
    """The sandbox, with the number of an account that is configured."""
    played = Sandbox(played_providers())
    server = HttpServer(played.application(), "127.0.0.1", 0, "sandbox")
    await server.start()
    account = account_at(f"http://127.0.0.1:{server.port}/meta")
    played.numbers.put(number_of(account))
    await ConfigurationStore(store, secret_box(installation)).put(*people("ann"), account)
    yield played
    await server.stop()


async def test_a_sender_that_is_killed_between_the_providers_acceptance_and_ours_leaves_no_second_copy(
    installation: Settings, store: Store, outbox: Outbox, sandbox: Sandbox
) -> None:
    sandbox.faults.add(FaultInput(mode=FaultMode.SLOW, delay_s=30))
    first, second = outbound("first", 1), outbound("second", 2)
    interactions, messages = InteractionStore(store), OutboundStore(store)
    await interactions.record(messages=[first, second])
    await outbox.send([Send(correlation_id="c", account_id="shop", contact_key=ADA)])

    def words() -> list[str]:
        return [message.words for phone in sandbox.phones.of(contact=ADA) for message in phone.messages]

    async def accepted() -> bool:
        return words() == ["first"]

    async def states() -> list[str]:
        return [str(message.state) for message in await interactions.messages(first.interaction_id, 10)]

    async with sending(installation) as victim:
        await eventually(accepted)
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
    assert await states() == ["queued", "queued"]

    async with sending(installation):
        await outbox.send([Send(correlation_id="c", account_id="shop", contact_key=ADA)])
        await asyncio.sleep(1)
        assert words() == ["first"]
        moment = timedelta(seconds=0.1)
        await SendSweep(messages, outbox, utc_now, overdue=moment, dead=moment)()

        async def went_on() -> bool:
            return await states() == ["unconfirmed", "sent"]

        await eventually(went_on)
    assert words() == ["first", "second"]

    (phone,) = sandbox.phones.of(contact=ADA)
    settling = status_of(first, DeliveryState.SENT, phone.messages[0].id, first.id)
    await interactions.record_statuses([settling])
    assert await states() == ["sent", "sent"]


async def test_a_process_that_is_asked_to_stop_finishes_its_call(
    installation: Settings, store: Store, outbox: Outbox, sandbox: Sandbox
) -> None:
    sandbox.faults.add(FaultInput(mode=FaultMode.SLOW, delay_s=1))
    message = outbound("hello", 1)
    await InteractionStore(store).record(messages=[message])
    await outbox.send([Send(correlation_id="c", account_id="shop", contact_key=ADA)])

    async def accepted() -> bool:
        return bool(sandbox.phones.of(contact=ADA))

    async with sending(installation) as process:
        await eventually(accepted)
        process.terminate()
        assert await process.wait() == 0
    (stored,) = await InteractionStore(store).messages(message.interaction_id, 10)
    assert stored.state is DeliveryState.SENT
