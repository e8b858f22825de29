"""`switchboard sandbox`: plays the four providers on this machine; its commands drive a sandbox that runs."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from contracts.content import Text
from runtime.cli.up import STATE_DIR, settings_for_people
from runtime.embedded.stack_file import running_stack
from runtime.logging import configure_logging
from runtime.process import HttpServer, Process
from runtime.sandbox.client import SandboxClient
from runtime.sandbox.customers import Said
from runtime.sandbox.faults import FaultInput, FaultMode
from runtime.sandbox.numbers import read_numbers
from runtime.sandbox.phones import Phone, PhoneMessage
from runtime.sandbox.played import played_providers
from runtime.sandbox.server import HOST, PORT, compose_sandbox

sandbox = typer.Typer(invoke_without_command=True, no_args_is_help=False)

Url = Annotated[str | None, typer.Option(help="Where the sandbox answers; that of the running stack if left out.")]
Account = Annotated[str | None, typer.Option(help="The key of an account.")]
Contact = Annotated[str | None, typer.Option(help="A customer: a number, or the provider's id of them.")]


class Greeting:
    """A part of the process that says where it serves, once it does."""

    def __init__(self, server: HttpServer, host: str) -> None:
        self._server = server
        self._host = host

    async def start(self) -> None:
        """Say so."""
        print(f"The sandbox serves http://{self._host}:{self._server.port}; Ctrl-C stops it.", file=sys.stderr)

    async def stop(self) -> None:
        """There is nothing to stop."""


@sandbox.callback()
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to serve; 0 takes a free one.")] = PORT,
    host: Annotated[str, typer.Option(help="Address to serve on.")] = HOST,
    gateway_url: Annotated[
        str | None, typer.Option(help="Where the gateway is reached, if not where the webhook URLs point.")
    ] = None,
    numbers: Annotated[Path | None, typer.Option(help="JSON file with the numbers at the played providers.")] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Serve other machines too: whoever reaches it may use it.")
    ] = False,
) -> None:
    """Play Twilio, Sinch, Meta and Kaleyra over HTTP, until Ctrl-C. `switchboard up` starts one too."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_for_people()
    configure_logging(settings, "sandbox")

    async def run() -> None:
        process = Process("sandbox", settings)
        server = compose_sandbox(
            process,
            played_providers(),
            host=host,
            port=port,
            numbers=read_numbers(numbers) if numbers else (),
            gateway_url=gateway_url.rstrip("/") if gateway_url else None,
            allow_remote=allow_remote,
        )
        process.add(Greeting(server, host))
        await process.run()

    uvloop.run(run())


@sandbox.command()
def fault(
    mode: Annotated[FaultMode, typer.Argument(help="What is to go wrong.")],
    provider: Annotated[str | None, typer.Option(help="At one provider only.")] = None,
    account: Account = None,
    contact: Contact = None,
    times: Annotated[int, typer.Option(min=1, help="How often.")] = 1,
    retry_after: Annotated[int | None, typer.Option(min=0, help="Seconds of Retry-After, with an error.")] = None,
    status: Annotated[int, typer.Option(min=500, max=599, help="The status, with server_error.")] = 500,
    delay: Annotated[float, typer.Option(min=0, help="Seconds before the answer, with slow.")] = 30,
    code: Annotated[str | None, typer.Option(help="The provider's error code, with statuses_failed.")] = None,
    all_calls: Annotated[bool, typer.Option("--all-calls", help="Not only sends: every call.")] = False,
    url: Url = None,
) -> None:
    """Have something go wrong with the next calls, or with the statuses of the next messages."""
    wanted = FaultInput(
        mode=mode,
        provider=provider,
        account=account,
        contact=contact,
        times=times,
        calls="all" if all_calls else "sends",
        retry_after_s=retry_after,
        status=status,
        delay_s=delay,
        code=code,
    )

    async def work(client: SandboxClient) -> None:
        made = await client.fault(wanted)
        print(f"{made.mode} for the next {made.times}.")

    _drive(url, work)


@sandbox.command()
def faults(
    clear: Annotated[bool, typer.Option("--clear", help="Have nothing go wrong any more.")] = False, url: Url = None
) -> None:
    """List what is still to go wrong."""

    async def work(client: SandboxClient) -> None:
        if clear:
            await client.clear_faults()
        for one in await client.faults():
            where = ", ".join(filter(None, (one.provider, one.account, one.contact))) or "everybody"
            print(f"{one.mode} for {where}, {one.times} more")

    _drive(url, work)


@sandbox.command()
def say(
    account: Annotated[str, typer.Argument(help="The key of the account that is written to.")],
    contact: Annotated[str, typer.Argument(help="The customer's number.")],
    words: Annotated[str, typer.Argument(help="What the customer writes.")],
    name: Annotated[str, typer.Option(help="The customer's profile name.")] = "",
    url: Url = None,
) -> None:
    """Have a customer write."""

    async def work(client: SandboxClient) -> None:
        said = Said(contact=contact, name=name, content=Text(text=words))
        for one in await client.say(account, [said]):
            print(f"{one.id}: the gateway answered {one.status or 'nothing'}")

    _drive(url, work)


@sandbox.command()
def phones(account: Account = None, contact: Contact = None, url: Url = None) -> None:
    """Show what customers' phones show."""

    async def work(client: SandboxClient) -> None:
        for phone in await client.phones(account, contact):
            print("\n".join(chat_lines(phone)))

    _drive(url, work)


@sandbox.command()
def reset(
    numbers: Annotated[bool, typer.Option("--numbers", help="The numbers too.")] = False, url: Url = None
) -> None:
    """Forget chats, files and faults."""

    async def work(client: SandboxClient) -> None:
        await client.reset(numbers=numbers)

    _drive(url, work)


def chat_lines(phone: Phone) -> list[str]:
    """A chat for people: the customer's own messages to the right, as on a phone."""
    lines = [f"{phone.contact} with {phone.account}:"]
    return lines + [_chat_line(message) for message in phone.messages]


def _chat_line(message: PhoneMessage) -> str:
    words = message.words or f"({message.kind})"
    if message.direction == "said":
        return f"  {words:>70}  {'read' if message.read else ''}".rstrip()
    return f"  {words}  {', '.join(message.statuses)}".rstrip()


def _drive(url: str | None, work: Callable[[SandboxClient], Awaitable[None]]) -> None:
    async def run() -> None:
        async with SandboxClient(url or sandbox_url()) as client:
            await work(client)

    asyncio.run(run())


def sandbox_url(state_dir: Path = STATE_DIR) -> str:
    """The sandbox of the stack that runs here, else one that was started by itself."""
    stack = running_stack(state_dir)
    return (stack and stack.sandbox_url) or f"http://{HOST}:{PORT}"
