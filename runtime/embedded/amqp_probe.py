"""A login over AMQP 0-9-1 with nothing but a socket: tells whether a broker takes us in, and which version it is.

For readiness and `switchboard doctor` only; all other traffic goes through `runtime.broker`. The frames are those of
the specification's section 4.2, the methods those of its class `connection` (10).
"""

import asyncio
import contextlib
import ssl
import struct
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from contracts.errors import SetupFault, Unavailable
from runtime.addresses import addresses

_HEADER = b"AMQP\x00\x00\x09\x01"
_METHOD, _END = 1, 0xCE
_START, _START_OK, _TUNE, _TUNE_OK, _OPEN, _OPEN_OK, _CLOSE, _CLOSE_OK = 10, 11, 30, 31, 40, 41, 50, 51
_PORTS = {"amqp": 5672, "amqps": 5671}


@dataclass(frozen=True)
class BrokerAddress:
    """The parts of an AMQP URL."""

    secure: bool
    host: str
    port: int
    user: str
    password: str
    vhost: str

    @classmethod
    def of(cls, url: str) -> Self:
        """Take a URL apart.

        Raises:
            SetupFault: it is not an AMQP URL; the sentence does not repeat it, for it may hold a password.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise SetupFault("AMQP_URL is not of the form amqp://user:password@host:port/vhost")
        return cls(
            secure=parts.scheme == "amqps",
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            user=unquote(parts.username or "guest"),
            password=unquote(parts.password or "guest"),
            vhost=unquote(parts.path[1:]) or "/",
        )


async def broker_version(url: str, timeout_s: float = 5.0) -> str:
    """Log in, open the virtual host, close, and return the version that the broker names.

    Of a URL with several hosts the first one that answers speaks for all; each is given the time.

    Raises:
        SetupFault: the URL is malformed, or the broker refuses the user, the password or the virtual host.
        Unavailable: nothing answers in time, or not in AMQP.
    """
    *others, last = [BrokerAddress.of(one) for one in addresses(url)]
    for address in others:
        with contextlib.suppress(Unavailable):
            return await _version_at(address, timeout_s)
    return await _version_at(last, timeout_s)


async def _version_at(address: BrokerAddress, timeout_s: float) -> str:
    where = f"{address.host}:{address.port}"
    try:
        async with asyncio.timeout(timeout_s):
            return await _converse(address)
    except (OSError, EOFError, TimeoutError, struct.error) as error:
        raise Unavailable(f"no broker answers at {where} ({type(error).__name__})") from error


async def _converse(address: BrokerAddress) -> str:
    context = ssl.create_default_context() if address.secure else None
    reader, writer = await asyncio.open_connection(address.host, address.port, ssl=context)
    try:
        writer.write(_HEADER)
        version = _version(await _expect(reader, _START))
        writer.write(_method(_START_OK, _start_ok(address)))
        tune = await _expect(reader, _TUNE)
        writer.write(_method(_TUNE_OK, tune[:8]) + _method(_OPEN, _short(address.vhost) + b"\x00\x00"))
        await _expect(reader, _OPEN_OK)
        writer.write(_method(_CLOSE, struct.pack(">H", 200) + _short("bye") + bytes(4)))
        await _expect(reader, _CLOSE_OK)
        return version
    finally:
        writer.close()


async def _expect(reader: asyncio.StreamReader, method: int) -> bytes:
    kind, _, size = struct.unpack(">BHI", await reader.readexactly(7))
    body = (await reader.readexactly(size + 1))[:-1]
    received = struct.unpack(">HH", body[:4])[1]
    if kind != _METHOD or received != method:
        raise SetupFault(f"the broker refuses the login: {_reason(body[4:]) if received == _CLOSE else 'no reason'}")
    return body[4:]


def _reason(close: bytes) -> str:
    return close[3 : 3 + close[2]].decode(errors="replace")


def _method(method: int, arguments: bytes) -> bytes:
    payload = struct.pack(">HH", 10, method) + arguments
    return struct.pack(">BHI", _METHOD, 0, len(payload)) + payload + bytes([_END])


def _start_ok(address: BrokerAddress) -> bytes:
    response = f"\x00{address.user}\x00{address.password}".encode()
    return _client_properties() + _short("PLAIN") + _long(response) + _short("en_US")


def _client_properties() -> bytes:
    """One capability: to be told why a login fails, where a broker would else just close the connection."""
    capability = _short("authentication_failure_close") + b"t\x01"
    return _long(_short("capabilities") + b"F" + _long(capability))


def _long(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def _short(text: str) -> bytes:
    encoded = text.encode()
    return bytes([len(encoded)]) + encoded


def _version(start: bytes) -> str:
    """The server property `version`: its name as a short string, then `S` and a long string."""
    marker = _short("version") + b"S"
    at = start.find(marker)
    if at < 0:
        return "unknown"
    at += len(marker)
    (size,) = struct.unpack(">I", start[at : at + 4])
    return start[at + 4 : at + 4 + size].decode(errors="replace")
