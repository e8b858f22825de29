"""The control API of the sandbox, JSON under `/control`: its numbers, what customers say, what phones show, what is to
go wrong. `GET /control/openapi.json` describes it. It asks for no token: the sandbox is for development."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from aiohttp import web
from pydantic import Base64Bytes, Field

from contracts.base import Value
from contracts.errors import ConfigurationFault
from runtime.http import Call, Nothing, Route, openapi
from runtime.sandbox.customers import Customers, Said, Told
from runtime.sandbox.faults import Fault, FaultInput, Faults
from runtime.sandbox.numbers import Numbers
from runtime.sandbox.phones import Phone, Phones
from runtime.sandbox.seam import PlayedNumber, SandboxFile
from runtime.sandbox.shelf import Shelf

TAG = "sandbox"
MAX_REPEATS = 20


class NumbersInput(Value):
    """Numbers with their credentials; one whose account has a number already takes its place."""

    numbers: tuple[PlayedNumber, ...]


class NumberShown(Value):
    """A number without its credentials."""

    provider: str
    account_key: str
    phone: str
    webhook_url: str
    api_url: str


class NumbersShown(Value):
    """All numbers."""

    items: tuple[NumberShown, ...]


class SayInput(Value):
    """What customers of an account (its key) say, in order. `together`: in one webhook, where the provider does so.
    `repeat`: how many times more each webhook comes."""

    account: str
    messages: Annotated[tuple[Said, ...], Field(min_length=1, max_length=1000)]
    together: bool = False
    repeat: Annotated[int, Field(ge=0, le=MAX_REPEATS)] = 0


class SayOutput(Value):
    """What came of each message; `status` is the gateway's last answer, null when there was none."""

    items: tuple[Told, ...]


class FileInput(Value):
    """A file for a customer to send; `content` in Base64."""

    mime_type: Annotated[str, Field(pattern=r"^[\w.+-]+/[\w.+-]+(; ?[\w.+=-]+)*$")]
    filename: Annotated[str, Field(max_length=240)] = ""
    content: Base64Bytes


class FileOutput(Value):
    """The id by which the file is said."""

    media_id: str


class PhonesQuery(Value):
    """Which chats: of an account (its key), of a contact."""

    account: str | None = None
    contact: str | None = None


class PhonesShown(Value):
    """Chats, the one that was quiet longest first."""

    items: tuple[Phone, ...]


class FaultsShown(Value):
    """What is still to go wrong."""

    items: tuple[Fault, ...]


class ResetInput(Value):
    """What to forget: chats, files and faults always, the numbers only if asked for."""

    numbers: bool = False


class Control:
    """The operations."""

    def __init__(
        self,
        providers: Sequence[str],
        numbers: Numbers,
        phones: Phones,
        shelf: Shelf,
        faults: Faults,
        customers: Customers,
    ) -> None:
        self._providers = providers
        self._numbers = numbers
        self._phones = phones
        self._shelf = shelf
        self._faults = faults
        self._customers = customers

    async def put_numbers(self, call: Call[NumbersInput, Nothing]) -> NumbersShown:
        """Add numbers."""
        for place, number in enumerate(call.body.numbers, start=1):
            if number.provider not in self._providers:
                raise ConfigurationFault(f"numbers.{place}.provider", f"must be one of {', '.join(self._providers)}")
        self._numbers.put(*call.body.numbers)
        return await self.numbers(call)

    async def numbers(self, _call: Call[Any, Nothing]) -> NumbersShown:
        """All numbers."""
        shown = (number.model_dump(exclude={"credentials"}) for number in self._numbers.all())
        return NumbersShown(items=tuple(NumberShown(**number) for number in shown))

    async def say(self, call: Call[SayInput, Nothing]) -> SayOutput:
        """Have customers say something."""
        wanted = call.body
        told = await self._customers.say(
            wanted.account, wanted.messages, together=wanted.together, repeat=wanted.repeat
        )
        return SayOutput(items=tuple(told))

    async def put_file(self, call: Call[FileInput, Nothing]) -> FileOutput:
        """Keep a file."""
        given = call.body
        file = SandboxFile(secrets.token_hex(10), given.mime_type, given.filename, given.content)
        self._shelf.put(file)
        return FileOutput(media_id=file.media_id)

    async def phones(self, call: Call[Nothing, PhonesQuery]) -> PhonesShown:
        """What phones show."""
        return PhonesShown(items=self._phones.of(call.query.account, call.query.contact))

    async def add_fault(self, call: Call[FaultInput, Nothing]) -> Fault:
        """Have something go wrong."""
        return self._faults.add(call.body)

    async def faults(self, _call: Call[Nothing, Nothing]) -> FaultsShown:
        """What is still to go wrong."""
        return FaultsShown(items=self._faults.all())

    async def clear_faults(self, _call: Call[Nothing, Nothing]) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()

    async def reset(self, call: Call[ResetInput, Nothing]) -> None:
        """Forget."""
        self._faults.clear()
        self._phones.clear()
        self._shelf.clear()
        if call.body.numbers:
            self._numbers.clear()


def control_routes(control: Control, more: Iterable[Route[Any, Any]] = ()) -> list[Route[Any, Any]]:
    """The routes, and the one of the document that describes them."""
    routes = [*_routes(control), *more]

    async def document(_call: Call[Nothing, Nothing]) -> web.Response:
        return web.Response(body=orjson.dumps(openapi(routes, "Sandbox", "1")), content_type="application/json")

    described: Route[Any, Any] = Route(
        method="GET", path="/control/openapi.json", handler=document, summary="This document", tag=TAG, public=True
    )
    routes.append(described)
    return routes


def _routes(control: Control) -> Iterator[Route[Any, Any]]:
    yield Route(
        method="PUT",
        path="/control/numbers",
        handler=control.put_numbers,
        summary="Add numbers at the played providers",
        tag=TAG,
        request=NumbersInput,
        response=NumbersShown,
        public=True,
    )
    yield Route(
        method="GET",
        path="/control/numbers",
        handler=control.numbers,
        summary="List the numbers",
        tag=TAG,
        response=NumbersShown,
        public=True,
    )
    yield Route(
        method="POST",
        path="/control/say",
        handler=control.say,
        summary="Have customers say something",
        tag=TAG,
        request=SayInput,
        response=SayOutput,
        errors=(HTTPStatus.NOT_FOUND,),
        public=True,
    )
    yield Route(
        method="POST",
        path="/control/files",
        handler=control.put_file,
        summary="Keep a file for a customer to send",
        tag=TAG,
        request=FileInput,
        response=FileOutput,
        status=HTTPStatus.CREATED,
        public=True,
    )
    yield Route(
        method="GET",
        path="/control/phones",
        handler=control.phones,
        summary="Show what customers' phones show",
        tag=TAG,
        query=PhonesQuery,
        response=PhonesShown,
        public=True,
    )
    yield from _fault_routes(control)


def _fault_routes(control: Control) -> Iterator[Route[Any, Any]]:
    yield Route(
        method="POST",
        path="/control/faults",
        handler=control.add_fault,
        summary="Have something go wrong, so many times",
        tag=TAG,
        request=FaultInput,
        response=Fault,
        status=HTTPStatus.CREATED,
        public=True,
    )
    yield Route(
        method="GET",
        path="/control/faults",
        handler=control.faults,
        summary="List what is still to go wrong",
        tag=TAG,
        response=FaultsShown,
        public=True,
    )
    yield Route(
        method="DELETE",
        path="/control/faults",
        handler=control.clear_faults,
        summary="Have nothing go wrong any more",
        tag=TAG,
        status=HTTPStatus.NO_CONTENT,
        public=True,
    )
    yield Route(
        method="POST",
        path="/control/reset",
        handler=control.reset,
        summary="Forget chats, files and faults",
        tag=TAG,
        request=ResetInput,
        status=HTTPStatus.NO_CONTENT,
        public=True,
    )
