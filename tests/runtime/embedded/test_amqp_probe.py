import asyncio
from collections.abc import Awaitable, Callable

import pytest

from contracts.errors import SetupFault, Unavailable
from runtime.embedded.amqp_probe import BrokerAddress, broker_version

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def speak_http(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(1000))
    writer.close()


async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


@pytest.mark.parametrize("conversation", [hang_up, speak_http, keep_silent])
async def test_what_is_no_broker_is_unavailable(conversation: Conversation) -> None:
    server = await asyncio.start_server(conversation, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(Unavailable, match=f"no broker answers at 127.0.0.1:{port} "):
            await broker_version(f"amqp://127.0.0.1:{port}/", timeout_s=0.3)


def test_an_address_is_taken_apart_and_unescaped() -> None:
    assert BrokerAddress.of("amqps://u%40x:p%2Fw@broker/v%2F1") == BrokerAddress(
        secure=True, host="broker", port=5671, user="u@x", password="p/w", vhost="v/1"
    )
    assert BrokerAddress.of("amqp://broker:1") == BrokerAddress(
        secure=False, host="broker", port=1, user="guest", password="guest", vhost="/"
    )


@pytest.mark.parametrize("url", ["", "http://u:hush@broker/", "amqp://", "broker:5672"])
def test_what_is_no_amqp_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SetupFault, match="AMQP_URL is not of the form") as refused:
        BrokerAddress.of(url)
    assert "hush" not in str(refused.value)


async def test_of_several_hosts_the_first_that_answers_speaks_for_all() -> None:
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(Unavailable, match=f"no broker answers at 127.0.0.1:{port} "):
            await broker_version(f"amqp://127.0.0.1:1,127.0.0.1:{port}/", timeout_s=0.3)
