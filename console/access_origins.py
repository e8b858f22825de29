"""Where a request comes from. What a proxy says of it is believed only if the proxy is known."""

import ipaddress
from collections.abc import Sequence

from aiohttp import web

from contracts.errors import SetupFault

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
HOST_BITS = 64
"""Of an IPv6 address, what one subscriber chooses freely."""


class Origins:
    """Tells addresses and schemes.

    Args:
        proxies: addresses and networks of proxies, separated by commas.

    Raises:
        SetupFault: one of them is none.
    """

    def __init__(self, proxies: str) -> None:
        try:
            self._proxies = [ipaddress.ip_network(word.strip()) for word in proxies.split(",") if word.strip()]
        except ValueError as error:
            raise SetupFault(f"SWITCHBOARD_TRUSTED_PROXIES: {error}") from error

    def address(self, request: web.Request) -> str:
        """The address of whoever makes the request: the last one on its way that is no proxy of ours."""
        said = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
        address = request.remote or ""
        for before in reversed([word.strip() for word in said if word.strip()]):
            if not self._trusts(address) or _parsed(before) is None:
                break
            address = before
        return address

    def is_secure(self, request: web.Request) -> bool:
        """Whether it was made over TLS."""
        if not self._trusts(request.remote or ""):
            return request.secure
        return request.headers.get("X-Forwarded-Proto", request.scheme).split(",")[-1].strip().lower() == "https"

    def _trusts(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and _within(parsed, self._proxies)


def subscriber(address: str) -> str:
    """What stands for all addresses that one subscriber has."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, HOST_BITS), strict=False))
    return address


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _parsed(address: str) -> Address | None:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None) or parsed
