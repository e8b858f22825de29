"""Contacts and rules from files: taken in whole, gone through in the background; what was rejected can be had back."""

import codecs
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from aiohttp import web
from phonenumbers import SUPPORTED_REGIONS
from pydantic import Field

from console.dependencies import ConsoleDependencies
from console.exports import CSV, attachment, blocks
from console.importing import Columns
from console.resources import Limit
from console.sheets import BOM, REJECTED, cells_of_line, delimiter_of
from contracts.access import CONFIGURING, INSPECTING
from contracts.base import Value, new_id
from contracts.contacts import ContactList
from contracts.errors import ConfigurationFault, NotFound
from contracts.imports import FileImport, ImportKind
from contracts.whitelists import Whitelist
from runtime.http import Call, Nothing, Problem, Route
from runtime.store.imports import busy

_TAG = "imports"
MOST_BYTES = 256 * 1024 * 1024
MOST_HEADER = 64 * 1024
PART_BYTES = 256 * 1024


class ImportQuery(Value):
    """Where numbers without a plus are from: a country in two letters (`IT`). Without it they are rejected."""

    region: Annotated[str, Field(pattern="^([A-Za-z]{2})?$")] = ""


class ImportsQuery(Value):
    """How many at most."""

    limit: Limit = 50


class Imports(Value):
    """Imports into a list or whitelist, the latest first."""

    items: tuple[FileImport, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What files are imported into: the kind of resource by its path and model, and what rows are for a person."""

    kind: ImportKind
    path: str
    model: type[ContactList | Whitelist]
    label: str
    rows: str


TARGETS = (
    Target(ImportKind.CONTACTS, "/api/lists", ContactList, "contact list", "contacts"),
    Target(ImportKind.RULES, "/api/whitelists", Whitelist, "whitelist", "numbers and prefixes"),
)


class TargetApi:
    """The operations on imports into one kind of resource."""

    def __init__(self, target: Target, dependencies: ConsoleDependencies) -> None:
        self._into = target
        self._configuration = dependencies.configuration_store
        self._imports = dependencies.imports
        self._importer = dependencies.importer

    async def start(self, call: Call[Nothing, ImportQuery]) -> FileImport:
        """Take a file in, and begin."""
        target_id, region = await self._target(call.path["id"]), call.query.region.upper()
        if region and region not in SUPPORTED_REGIONS:
            raise ConfigurationFault("region", f"{region} is no region that has numbers")
        if call.request.content_type != CSV:
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the body must be a CSV file: Content-Type: {CSV}")
        if await self._imports.running(self._into.kind, target_id):
            raise busy(self._into.kind, target_id)
        import_id = new_id()
        try:
            delimiter, columns = await self._receive(import_id, call.request, region)
            job = FileImport(
                id=import_id,
                kind=self._into.kind,
                target_id=target_id,
                region=region,
                delimiter=delimiter,
                header=columns.names,
            )
            job = await self._imports.start(job, self._importer.name)
        except BaseException:
            await self._imports.discard(import_id)
            raise
        self._importer.run(job)
        return job

    async def _receive(self, import_id: str, request: web.Request, region: str) -> tuple[str, Columns[Any]]:
        """Keep the file; what its header says. That it is text is seen here, when somebody still listens."""
        decoder, head, number, size = codecs.getincrementaldecoder("utf-8")(), "", 0, 0
        known: tuple[str, Columns[Any]] | None = None
        async for part in _parts(request):
            size += len(part)
            if size > MOST_BYTES:
                raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a file has {MOST_BYTES} bytes at most")
            text = _decoded(decoder, part, final=False)
            if known is None:
                head += text
                known = self._header(head, region)
            await self._imports.keep(import_id, number, part)
            number += 1
        _decoded(decoder, b"", final=True)
        return known or self._whole(head, region)

    def _header(self, head: str, region: str) -> tuple[str, Columns[Any]] | None:
        """What the first line says, once it is there."""
        line, end, _ = head.removeprefix(BOM).partition("\n")
        if not end and len(head) <= MOST_HEADER:
            return None
        return self._whole(line[:MOST_HEADER], region)

    def _whole(self, head: str, region: str) -> tuple[str, Columns[Any]]:
        line = head.removeprefix(BOM).rstrip("\r\n")
        if not line:
            raise ConfigurationFault("header", "is missing: the first row names the columns")
        delimiter = delimiter_of(line)
        return delimiter, self._importer.kinds[self._into.kind].columns(cells_of_line(line, delimiter), region)

    async def list(self, call: Call[Nothing, ImportsQuery]) -> Imports:
        """The imports into one resource."""
        target_id = await self._target(call.path["id"])
        return Imports(items=tuple(await self._imports.of_target(self._into.kind, target_id, call.query.limit)))

    async def _target(self, target_id: str) -> str:
        if await self._configuration.get(self._into.model, target_id) is None:
            raise NotFound(f"there is no {self._into.label} {target_id}")
        return target_id


class ImportApi:
    """The operations on single imports, whatever they go into."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._imports = dependencies.imports
        self._importer = dependencies.importer

    async def resume(self, call: Call[Nothing, Nothing]) -> FileImport:
        """Take an interrupted import up where it was."""
        job = await self._imports.resume(call.path["id"], self._importer.name)
        self._importer.run(job)
        return job

    async def read(self, call: Call[Nothing, Nothing]) -> FileImport:
        """How far an import has come."""
        return await self._imports.get(call.path["id"])

    async def rejected(self, call: Call[Nothing, Nothing]) -> web.Response:
        """The rows that were not taken, each with the rule that it breaks, as a file to mend and import again."""
        job = await self._imports.get(call.path["id"])
        header = [*REJECTED, *(name for name in job.header if name not in REJECTED)]
        return attachment(f"{job.target_id}-rejected.csv", blocks(header, self._rejected(job.id)))

    async def _rejected(self, import_id: str) -> AsyncIterator[tuple[str, ...]]:
        async for row in self._imports.rejected(import_id):
            yield str(row.row), row.reason, *row.cells


async def _parts(request: web.Request) -> AsyncIterator[bytes]:
    held = bytearray()
    async for chunk in request.content.iter_chunked(PART_BYTES):
        held += chunk
        if len(held) >= PART_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _decoded(decoder: codecs.IncrementalDecoder, part: bytes, *, final: bool) -> str:
    try:
        return decoder.decode(part, final)
    except UnicodeDecodeError as error:
        raise ConfigurationFault("body", f"is not UTF-8: {error.reason}") from None


def import_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of imports."""
    for target in TARGETS:
        yield from _target_routes(target, dependencies)
    api, one = ImportApi(dependencies), "/api/imports/{id}"
    missing = (HTTPStatus.NOT_FOUND,)
    yield Route(
        method="GET",
        path=one,
        handler=api.read,
        access=INSPECTING,
        summary="Read how far an import has come",
        tag=_TAG,
        response=FileImport,
        errors=missing,
    )
    yield Route(
        method="POST",
        path=f"{one}/resume",
        handler=api.resume,
        access=CONFIGURING,
        audited="resumed",
        summary="Take up an interrupted import where it was",
        tag=_TAG,
        response=FileImport,
        status=HTTPStatus.ACCEPTED,
        errors=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    )
    yield Route(
        method="GET",
        path=f"{one}/rejected",
        handler=api.rejected,
        access=INSPECTING,
        summary="Read the rows that an import rejected, with the reasons, as CSV",
        tag=_TAG,
        media_type=CSV,
        errors=missing,
    )


def _target_routes(target: Target, dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    api, path = TargetApi(target, dependencies), f"{target.path}/{{id}}/imports"
    yield Route(
        method="POST",
        path=path,
        handler=api.start,
        access=CONFIGURING,
        audited="import started",
        summary=f"Import {target.rows} into a {target.label} from CSV",
        tag=_TAG,
        query=ImportQuery,
        raw=CSV,
        response=FileImport,
        status=HTTPStatus.ACCEPTED,
        errors=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    )
    yield Route(
        method="GET",
        path=path,
        handler=api.list,
        access=INSPECTING,
        summary=f"List the imports into a {target.label}, the latest first",
        tag=_TAG,
        query=ImportsQuery,
        response=Imports,
        errors=(HTTPStatus.NOT_FOUND,),
    )
