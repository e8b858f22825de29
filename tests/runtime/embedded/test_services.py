import asyncio
import signal
import socket
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from contracts.errors import SetupFault, Unavailable
from runtime.embedded import leftovers, programs
from runtime.embedded.amqp_probe import broker_version
from runtime.embedded.mongodb import MongoDB
from runtime.embedded.ports import PortBook, is_free
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.embedded.services import EmbeddedServices
from runtime.store.replica_set import server_facts
from tests.runtime.embedded.conftest import Launch

GUEST = ("guest", "guest")


async def store(mongo_url: str, name: str) -> None:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
    await client.get_database("kept").get_collection("notes").insert_one({"_id": name})
    client.close()


async def stored(mongo_url: str) -> list[str]:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
    found = [note["_id"] async for note in client.get_database("kept").get_collection("notes").find()]
    client.close()
    return found


async def queues(services: EmbeddedServices) -> list[str]:
    """The broker's queues, once the management plugin lists them: it starts after the listener."""
    async with httpx.AsyncClient(auth=GUEST) as client:
        for _ in range(100):
            reply = await client.get(f"{services.endpoints.management_url}/api/queues")
            if reply.is_success and reply.json():
                break
            await asyncio.sleep(0.1)
        return [queue["name"] for queue in reply.json()]


async def declare(services: EmbeddedServices, queue: str) -> None:
    async with httpx.AsyncClient(auth=GUEST) as client:
        url = f"{services.endpoints.management_url}/api/queues/%2F/{queue}"
        (await client.put(url, json={"durable": True})).raise_for_status()


def parts(services: EmbeddedServices) -> tuple[RabbitMQ, MongoDB]:
    assert services.rabbitmq is not None
    assert services.mongodb is not None
    return services.rabbitmq, services.mongodb


async def test_both_answer_and_listen_on_loopback_only(private_services: EmbeddedServices) -> None:
    rabbitmq, mongodb = parts(private_services)
    assert await broker_version(rabbitmq.url) >= "3"
    facts = await server_facts(mongodb.url)
    assert facts.writable
    assert facts.replica_set == "switchboard"
    children = leftovers.belonging_to(rabbitmq.directory) + leftovers.belonging_to(mongodb.directory)
    listening = [
        connection.laddr.ip
        for child in children
        for connection in child.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 5
    assert set(listening) <= {"127.0.0.1", "::1"}


async def test_queues_and_documents_survive_a_restart_and_a_kill_on_the_same_ports(
    private_services: EmbeddedServices,
) -> None:
    rabbitmq, mongodb = parts(private_services)
    before = private_services.endpoints
    await declare(private_services, "kept")
    await store(before.mongo_url, "kept")

    await asyncio.gather(rabbitmq.restart(), mongodb.restart())
    assert await queues(private_services) == ["kept"]
    assert await stored(before.mongo_url) == ["kept"]

    await asyncio.gather(rabbitmq.kill(), mongodb.kill())
    with pytest.raises(Unavailable):
        await broker_version(before.amqp_url)
    await asyncio.gather(rabbitmq.start(), mongodb.start())
    assert await queues(private_services) == ["kept"]
    assert await stored(before.mongo_url) == ["kept"]
    assert private_services.endpoints == before


async def test_a_paused_service_keeps_silent_until_it_is_resumed(private_services: EmbeddedServices) -> None:
    rabbitmq, mongodb = parts(private_services)
    rabbitmq.pause()
    mongodb.pause()
    try:
        with pytest.raises(Unavailable):
            await broker_version(rabbitmq.url, timeout_s=0.5)
        with pytest.raises(Unavailable):
            await server_facts(mongodb.url, timeout_s=0.5)
    finally:
        rabbitmq.resume()
        mongodb.resume()
    assert await broker_version(rabbitmq.url)
    assert (await server_facts(mongodb.url)).writable


async def test_a_refused_login_says_so_instead_of_no_answer(private_services: EmbeddedServices) -> None:
    url = private_services.endpoints.amqp_url
    with pytest.raises(SetupFault, match="ACCESS_REFUSED"):
        await broker_version(url.replace("guest:guest", "guest:wrong"))
    with pytest.raises(SetupFault, match="vhost nonesuch not found"):
        await broker_version(f"{url}nonesuch")


async def test_given_services_are_used_and_nothing_is_started(
    private_services: EmbeddedServices, tmp_path: Path
) -> None:
    given = private_services.endpoints
    services = EmbeddedServices(tmp_path, amqp_url=given.amqp_url, mongo_url=given.mongo_url)
    async with services as endpoints:
        assert (endpoints.amqp_url, endpoints.mongo_url) == (given.amqp_url, given.mongo_url)
        assert endpoints.management_url is None
        assert services.own == ()
    assert await broker_version(given.amqp_url)


async def test_a_given_service_that_is_away_is_reported_and_what_had_started_is_stopped(tmp_path: Path) -> None:
    services = EmbeddedServices(tmp_path, amqp_url="amqp://127.0.0.1:1/", standard_ports=False)
    with pytest.raises(Unavailable, match=r"no broker answers at 127\.0\.0\.1:1 "):
        await services.start()
    assert leftovers.belonging_to(tmp_path / "mongodb") == []


async def test_two_do_not_share_a_state_directory(private_services: EmbeddedServices, tmp_path: Path) -> None:
    given = private_services.endpoints
    first, second = (
        EmbeddedServices(tmp_path, amqp_url=given.amqp_url, mongo_url=given.mongo_url) for _ in ("first", "second")
    )
    async with first:
        with pytest.raises(SetupFault, match="are run by another process"):
            await second.start()
    async with second as endpoints:
        assert endpoints.amqp_url == given.amqp_url


async def test_a_database_whose_port_was_taken_meanwhile_moves_with_its_data(tmp_path: Path) -> None:
    first = MongoDB(tmp_path / "mongodb", PortBook(tmp_path / "ports.json"))
    await first.start()
    await store(first.url, "kept")
    await first.stop()
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(first.url.split(":")[2].split("/")[0])))
        second = MongoDB(tmp_path / "mongodb", PortBook(tmp_path / "ports.json"))
        await second.start()
        assert second.url != first.url
        assert await stored(second.url) == ["kept"]
        await second.stop()


@pytest.mark.thorough
async def test_a_start_recovers_from_a_supervisor_that_was_killed(launch: Launch, tmp_path: Path) -> None:
    supervisor = await launch("services", str(tmp_path))
    supervisor.send_signal(signal.SIGKILL)
    await supervisor.wait()

    async with EmbeddedServices(tmp_path, standard_ports=False, management=False) as endpoints:
        assert await broker_version(endpoints.amqp_url)
        assert (await server_facts(endpoints.mongo_url)).writable
        assert len([p for p in leftovers.belonging_to(tmp_path / "rabbitmq") if p.name() == "beam.smp"]) == 1
    assert leftovers.belonging_to(tmp_path / "rabbitmq") + leftovers.belonging_to(tmp_path / "mongodb") == []


async def test_a_service_that_cannot_start_says_where_its_log_is(tmp_path: Path) -> None:
    data = tmp_path / "mongodb" / "data"
    data.mkdir(parents=True)
    (data / "WiredTiger").write_text("not a database")
    (data / "storage.bson").write_text("not BSON")
    database = MongoDB(tmp_path / "mongodb", PortBook(tmp_path / "ports.json"))
    with pytest.raises(SetupFault, match=r"MongoDB did not start; its log is .*mongodb\.log"):
        await database.start()


@pytest.mark.parametrize("layout", ["plugins/rabbit-4.1.2", "lib/rabbitmq_server-4.1.2/plugins/rabbit-4.1.2.ez"])
def test_the_installed_version_of_the_broker_is_read_off_its_files(
    layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_RABBITMQ_DIRECTORY", tmp_path / "sbin")
    (tmp_path / "sbin").mkdir()
    (tmp_path / "sbin" / "rabbitmq-server").touch()
    with pytest.raises(SetupFault, match="RabbitMQ's version was not found"):
        programs.rabbitmq_version()
    (tmp_path / layout).mkdir(parents=True)
    assert programs.rabbitmq_version() == "4.1.2"


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "_RABBITMQ_DIRECTORY", tmp_path)
    monkeypatch.setattr("importlib.metadata.distributions", tuple)


@pytest.mark.usefixtures("bare_machine")
async def test_a_missing_program_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    ports = PortBook(tmp_path / "ports.json")
    with pytest.raises(SetupFault, match="RabbitMQ is not installed; run: sudo apt-get install rabbitmq-server"):
        await RabbitMQ(tmp_path / "rabbitmq", ports).start()
    with pytest.raises(SetupFault, match="MongoDB is not installed; run: "):
        await MongoDB(tmp_path / "mongodb", ports).start()
    with pytest.raises(SetupFault, match="sudo apt-get install erlang-base"):
        programs.find_epmd()


async def test_after_a_stop_the_ports_are_free(tmp_path: Path) -> None:
    database = MongoDB(tmp_path / "mongodb", PortBook(tmp_path / "ports.json"))
    await database.start()
    port = int(database.url.split(":")[2].split("/")[0])
    assert not is_free(port)
    await database.stop()
    assert is_free(port)
    assert database.pid is None
