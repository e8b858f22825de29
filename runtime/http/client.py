"""Calls to the world outside: pooled, with HTTP/2 where it is offered, bounded in time, and not into private networks.

A host's addresses are looked up here and the connection is made to one of those that were checked, so a name cannot
mean one address when it is checked and another when it is called. Behind a proxy the proxy looks up names: there its
own address is checked, and a target that is written as an address.
"""

import asyncio
import functools
import ipaddress
import socket
import ssl
from collections.abc import Collection, Iterable
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx

from contracts.errors import SwitchboardError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

CONNECT_S = 5.0
KEEPALIVE_S = 15.0
AGENT = "Switchboard"
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
LOW_32_BITS = 0xFFFFFFFF


class PrivateAddress(SwitchboardError):
    """A host is in a private network, and is not allowed by the settings: no connection was made."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is in a private network; SWITCHBOARD_ALLOWED_HOSTS does not name it")


def is_public(address: str) -> bool:
    """Whether an address is one of the internet's, also inside of an IPv6 address that stands for an IPv4 one."""
    ip: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        ip = _inner(ip)
    within_a_site = isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or within_a_site)


def _inner(ip: ipaddress.IPv6Address) -> Address:
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & LOW_32_BITS)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to public addresses, and to hosts that are allowed whatever their address."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._backend = httpcore.AnyIOBackend()
        self._connecting: set[asyncio.Task[httpcore.AsyncNetworkStream]] = set()
        self._closing: set[asyncio.Task[None]] = set()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers.

        Raises:
            PrivateAddress: the host has a private one, and is not allowed.
        """
        addresses = [host] if host.lower() in self._allowed else await _public(host, port)
        share = timeout / len(addresses) if timeout else timeout
        for address in addresses[:-1]:
            try:
                return await self._connect(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._connect(addresses[-1], port, share, local_address, socket_options)

    async def _connect(
        self,
        address: str,
        port: int,
        timeout: float | None,  # noqa: ASYNC109 - as above
        local_address: str | None,
        options: Iterable[SocketOption] | None,
    ) -> httpcore.AsyncNetworkStream:
        # anyio, which connects below httpcore, leaves a coroutine behind when it is cancelled as it begins: so it is
        # not cancelled, and what it connects to for nobody is closed.
        connecting = asyncio.create_task(self._backend.connect_tcp(address, port, timeout, local_address, options))
        self._connecting.add(connecting)
        connecting.add_done_callback(self._connecting.discard)
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            connecting.add_done_callback(self._abandon)
            raise

    def _abandon(self, connected: "asyncio.Task[httpcore.AsyncNetworkStream]") -> None:
        if not connected.cancelled() and connected.exception() is None:
            closing = asyncio.get_running_loop().create_task(connected.result().aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)


async def _public(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # the latter of a name that no host can have
        raise httpcore.ConnectError(f"{host}: {error}") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(map(is_public, addresses)):
        raise PrivateAddress(host)
    return addresses


@functools.cache
def tls() -> ssl.SSLContext:
    """What every client of the process trusts. To read it takes 35 ms."""
    return httpx.create_ssl_context(trust_env=False)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over the guarded backend."""

    def __init__(self, allowed: frozenset[str], tls: ssl.SSLContext, limits: httpx.Limits, proxy: str | None) -> None:
        super().__init__(verify=tls, trust_env=False, http2=True, limits=limits, proxy=proxy)
        # httpx has no argument for it, httpcore does; a test holds that private hosts are refused.
        self._pool._network_backend = GuardedBackend(allowed)
        self._allowed = allowed
        self._proxied = proxy is not None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call.

        Raises:
            PrivateAddress: it goes into a private network.
        """
        if self._proxied:
            self._check_target(request.url.host.lower())
        return await super().handle_async_request(request)

    def _check_target(self, host: str) -> None:
        if host in self._allowed:
            return
        try:
            refused = not is_public(host)
        except ValueError:
            refused = host == "localhost" or host.endswith(".localhost")
        if refused:
            raise PrivateAddress(host)


class OutboundHttp:
    """The clients of a process: one for all calls, and one for each proxy. A part of the process.

    Args:
        allowed_hosts: names or addresses that may be private, separated by commas.
        timeout_s: how long a provider may take to answer.
        connections: most connections at a time, of each client.
    """

    def __init__(self, allowed_hosts: str, timeout_s: float, connections: int = 200) -> None:
        self._allowed = frozenset(_words(allowed_hosts))
        self._timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))
        self._limits = httpx.Limits(
            max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=KEEPALIVE_S
        )
        self._tls = tls()
        self._clients: dict[str | None, httpx.AsyncClient] = {}

    async def start(self) -> None:
        """Nothing to begin: connections are opened when they are needed."""

    async def stop(self) -> None:
        """Close every connection."""
        clients, self._clients = self._clients, {}
        await asyncio.gather(*(client.aclose() for client in clients.values()))

    def allows(self, host: str) -> bool:
        """Whether a host may be private: such a one may also be called without TLS."""
        return host.lower() in self._allowed

    def client(self, proxy: str | None = None) -> httpx.AsyncClient:
        """The client for calls through a proxy, or without one. It follows no redirect and keeps no cookies.

        Its calls may also raise `PrivateAddress`.
        """
        if proxy not in self._clients:
            self._clients[proxy] = httpx.AsyncClient(
                transport=GuardedTransport(self._allowed, self._tls, self._limits, proxy),
                timeout=self._timeout,
                headers={"User-Agent": AGENT},
                # What one account was given must not go out with the calls of another.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                follow_redirects=False,
                trust_env=False,
            )
        return self._clients[proxy]


def _words(listed: str) -> Collection[str]:
    return {word.strip().lower() for word in listed.split(",") if word.strip()}
