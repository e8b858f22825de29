"""The sandbox put together: the played providers, their numbers, the customers' phones, and the API to drive them."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from contracts.errors import SetupFault
from runtime.clock import Clock, utc_now
from runtime.http import build_app
from runtime.process import HttpServer, Process
from runtime.sandbox.api import PlayedApis
from runtime.sandbox.control import Control, control_routes
from runtime.sandbox.customers import Customers
from runtime.sandbox.faults import Faults
from runtime.sandbox.numbers import Numbers
from runtime.sandbox.phone_page import PhonePage, phone_routes
from runtime.sandbox.phones import Phones
from runtime.sandbox.postman import Postman
from runtime.sandbox.reporter import PACE_S, Reporter
from runtime.sandbox.seam import PlayedNumber, PlayedProvider
from runtime.sandbox.shelf import Shelf

HOST, PORT = "127.0.0.1", 8095
MAX_BODY = 128 * 1024 * 1024
"""Files of up to 100 MB may be handed in, and a control call carries one in Base64."""


@dataclass(slots=True)
class Sandbox:
    """The parts that live as long as the server, and its application. `postman` and `reporter` are to be started."""

    played: Mapping[str, PlayedProvider]
    gateway_url: str | None = None
    pace_s: float = PACE_S
    clock: Clock = utc_now
    numbers: Numbers = field(default_factory=Numbers)
    phones: Phones = field(default_factory=Phones)
    shelf: Shelf = field(default_factory=Shelf)
    faults: Faults = field(default_factory=Faults)
    postman: Postman = field(init=False)
    reporter: Reporter = field(init=False)

    def __post_init__(self) -> None:
        self.postman = Postman(self.gateway_url)
        self.reporter = Reporter(self.postman, self.phones, self.clock, self.pace_s)

    def application(self) -> web.Application:
        """The application that serves everything."""
        customers = Customers(self.played, self.numbers, self.phones, self.shelf, self.postman, self.clock)
        control = Control(sorted(self.played), self.numbers, self.phones, self.shelf, self.faults, customers)
        apis = PlayedApis(self.played, self.numbers, self.phones, self.shelf, self.faults, self.reporter, self.clock)
        page = PhonePage(self.played, self.numbers, self.phones, self.shelf)
        app = build_app(control_routes(control, phone_routes(page)), max_body=MAX_BODY)
        app.router.add_get("/phone", page.page)
        app.router.add_get("/phone/{name}", page.file)
        app.router.add_get("/files/{media_id}", apis.file)
        app.router.add_route("*", "/{provider}/{path:.*}", apis.call)
        return app


def compose_sandbox(
    process: Process,
    played: Mapping[str, PlayedProvider],
    *,
    host: str = HOST,
    port: int = PORT,
    numbers: Iterable[PlayedNumber] = (),
    kept_in: Path | None = None,
    gateway_url: str | None = None,
    allow_remote: bool = False,
) -> HttpServer:
    """Put the process together that plays the providers, for these `numbers` and those that are `kept_in` a file.

    Returns the server, whose port is known when it has started.

    Raises:
        SetupFault: the host is not this machine's own, and it was not allowed to be; the file holds something else; or
            a number is at a provider that is not played.
    """
    if not (allow_remote or is_loopback(host)):
        raise SetupFault(
            f"the sandbox asks nobody for a password and does not serve {host}: use {HOST}, or say --allow-remote"
        )
    sandbox = Sandbox(played, gateway_url, numbers=Numbers(kept_in))
    sandbox.numbers.put(*numbers)
    if strangers := {number.provider for number in sandbox.numbers.all()} - played.keys():
        raise SetupFault(f"numbers name {', '.join(sorted(strangers))}, and played are {', '.join(sorted(played))}")
    process.add(sandbox.postman)
    process.add(sandbox.reporter)
    return process.add(HttpServer(sandbox.application(), host, port, "sandbox"))


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
