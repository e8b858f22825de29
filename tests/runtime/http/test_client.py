"""Calls to the world outside: none into private networks unless it is allowed, no cookies, no environment."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web

from runtime.http.client import OutboundHttp, PrivateAddress, is_public
from runtime.process import HttpServer


@pytest.fixture
async def here() -> AsyncIterator[str]:
    """A server on the loopback address: it says which cookies it was given, and gives one."""

    async def answer(request: web.Request) -> web.Response:
        response = web.Response(text=f"{request.headers.get('Cookie', '')} {request.headers['User-Agent']}")
        response.set_cookie("account", "one")
        return response

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    server = HttpServer(app, "127.0.0.1", 0, "test")
    await server.start()
    yield f"http://127.0.0.1:{server.port}"
    await server.stop()


@contextlib.asynccontextmanager
async def outbound(allowed: str = "") -> AsyncIterator[OutboundHttp]:
    http = OutboundHttp(allowed, 20.0)
    try:
        yield http
    finally:
        await http.stop()


async def test_a_private_host_is_refused_by_address_and_by_name(here: str) -> None:
    async with outbound() as http:
        for url in (here, here.replace("127.0.0.1", "localhost"), here.replace("127.0.0.1", "[::ffff:127.0.0.1]")):
            with pytest.raises(PrivateAddress, match="SWITCHBOARD_ALLOWED_HOSTS"):
                await http.client().get(url)


async def test_a_host_that_is_allowed_is_called(here: str) -> None:
    async with outbound("elsewhere.example, 127.0.0.1") as http:
        assert (await http.client().get(here)).status_code == 200
        assert http.allows("Elsewhere.example")
        assert not http.allows("example")
        with pytest.raises(PrivateAddress):
            await http.client().get(here.replace("127.0.0.1", "localhost"))


async def test_what_one_call_is_given_does_not_go_out_with_the_next(here: str) -> None:
    async with outbound("127.0.0.1") as http:
        for _ in range(2):
            assert (await http.client().get(here)).text == " Switchboard"


async def test_the_proxys_own_address_is_checked_and_a_target_that_is_an_address(here: str) -> None:
    async with outbound() as http:
        with pytest.raises(PrivateAddress, match=r"127\.0\.0\.1"):
            await http.client(here).get("http://provider.example/path")
    async with outbound("127.0.0.1") as http:
        assert (await http.client(here).get("http://provider.example/path")).status_code == 200
        assert http.client(here) is http.client(here)
        for target in ("http://10.0.0.1/", "http://localhost/", "http://[::1]/"):
            with pytest.raises(PrivateAddress):
                await http.client(here).get(target)


async def test_a_name_that_is_none_and_a_port_that_is_closed_cannot_be_connected_to() -> None:
    async with outbound("127.0.0.1") as http:
        for url in (f"http://{'x' * 64}.example/", "http://127.0.0.1:9/"):
            with pytest.raises(httpx.ConnectError):
                await http.client().get(url)


async def test_a_call_that_is_given_up_while_it_connects_leaves_nothing_behind(here: str) -> None:
    async with outbound("127.0.0.1") as http:
        for pause in (0.0, 0.0, 0.001):
            call = asyncio.create_task(http.client().get(here))
            await asyncio.sleep(pause)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        assert (await http.client().get(here)).status_code == 200


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("10.1.2.3", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to be refused, nothing is bound to it
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("::127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("2002:a00:1::1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public
