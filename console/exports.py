"""A contact list as a CSV file, written while it is read."""

from collections.abc import AsyncIterator, Iterator, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from aiohttp import web

from console.dependencies import ConsoleDependencies
from console.sheets import BOM, EXPORTED, cells_of, lines
from contracts.access import OVERSEEING
from contracts.contacts import ContactList
from contracts.errors import NotFound
from runtime.http import Call, Nothing, Route

CSV = "text/csv"
ROWS = 200
"""How many rows are written at once."""


class ExportApi:
    """The operation."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._configuration = dependencies.configuration_store
        self._contacts = dependencies.contacts

    async def export(self, call: Call[Nothing, Nothing]) -> web.Response:
        """Every contact of a list."""
        list_id = call.path["id"]
        if await self._configuration.get(ContactList, list_id) is None:
            raise NotFound(f"there is no contact list {list_id}")
        return attachment(f"{list_id}.csv", blocks(EXPORTED, self._rows(list_id)))

    async def _rows(self, list_id: str) -> AsyncIterator[Sequence[str]]:
        async for contact in self._contacts.all_of(list_id):
            yield cells_of(contact)


async def blocks(header: Sequence[str], rows: AsyncIterator[Sequence[str]]) -> AsyncIterator[bytes]:
    """The bytes of a file. It begins as spreadsheets know UTF-8 by."""
    held: list[Sequence[str]] = [header]
    yield BOM.encode()
    async for row in rows:
        held.append(row)
        if len(held) >= ROWS:
            yield lines(held).encode()
            held = []
    yield lines(held).encode()


def attachment(filename: str, body: AsyncIterator[bytes]) -> web.Response:
    """The answer that a browser saves."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=body, content_type=CSV, charset="utf-8", headers=headers)


def export_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The route of exports."""
    yield Route(
        method="GET",
        path="/api/lists/{id}/export",
        handler=ExportApi(dependencies).export,
        access=OVERSEEING,
        summary="Read a contact list as CSV",
        tag="contacts",
        media_type=CSV,
        errors=(HTTPStatus.NOT_FOUND,),
    )
