"""Files: agents upload what they send, and look at what customers sent."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from http import HTTPStatus
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from console.dependencies import ConsoleDependencies
from contracts.access import READING, WORKING
from contracts.base import new_id
from contracts.errors import ConfigurationFault
from runtime.http import Call, Nothing, Problem, Route
from runtime.media.intake import Announced, peek, take_in
from runtime.media.seam import FileInfo, TooLarge, WrongType
from runtime.media.serving import serve
from runtime.media.types import danger, plain_type, sendable

_TAG = "files"
FIELD = "file"
FORM = "multipart/form-data"
FORM_BYTES = 16 * 1024
"""What a form may have around its file."""
PART_BYTES = 64 * 1024
BROKEN_FORM = (ValueError, RuntimeError, HttpProcessingError)
"""What aiohttp raises for a form that is none."""


class MediaApi:
    """The operations on files."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._media = dependencies.media
        self._sight = dependencies.access.sight
        self._most = dependencies.media_max_bytes

    async def upload(self, call: Call[Nothing, Nothing]) -> FileInfo:
        """Keep a file that is to be sent; its id goes into the message."""
        part = await _file_of(call.request, self._most)
        try:
            kept = await self._kept(part)
        except TooLarge as error:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error)) from error
        except WrongType as error:
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error)) from error
        await self._sight.uploaded(kept.id, call.principal.id, kept.stored_at)
        return kept

    async def _kept(self, part: BodyPartReader) -> FileInfo:
        mime_type = plain_type(part.headers.get("Content-Type", ""))
        if not sendable(mime_type):
            raise WrongType(f"files of the type {mime_type or 'unknown'} cannot be sent")
        async with aclosing(_bytes_of(part)) as content:
            head, whole = await peek(content)
            if danger(head):
                raise WrongType("the file is a program or a page, whatever its type says")
            announced = Announced(most=self._most, mime_type=mime_type, filename=part.filename)
            async with aclosing(whole):
                return await take_in(self._media, new_id(), whole, announced)

    async def read(self, call: Call[Nothing, Nothing]) -> web.Response:
        """A file, or a part of it."""
        return await serve(self._media, call.path["id"], call.request)


async def _file_of(request: web.Request, most: int) -> BodyPartReader:
    """The file of a form; what its form announces is refused before it is read."""
    if request.content_type != FORM:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the body must be a form: Content-Type: {FORM}")
    if (request.content_length or 0) > most + FORM_BYTES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(TooLarge(most)))
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == FIELD:
                return part
    except BROKEN_FORM as error:
        raise _malformed() from error
    raise ConfigurationFault(FIELD, "is required")


async def _bytes_of(part: BodyPartReader) -> AsyncGenerator[bytes, None]:
    try:
        while content := await part.read_chunk(PART_BYTES):
            yield content
    except BROKEN_FORM as error:
        raise _malformed() from error


def _malformed() -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "the body is not a well-formed form")


def media_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of files."""
    api = MediaApi(dependencies)
    yield Route(
        method="POST",
        path="/api/files",
        handler=api.upload,
        access=WORKING,
        summary="Upload a file to be sent",
        tag=_TAG,
        upload=True,
        response=FileInfo,
        status=HTTPStatus.CREATED,
        errors=(HTTPStatus.UNPROCESSABLE_ENTITY,),
    )
    yield Route(
        method="GET",
        path="/api/files/{id}",
        handler=api.read,
        access=READING,
        summary="Read a file, or with Range a part of it",
        tag=_TAG,
        media_type="application/octet-stream",
        errors=(HTTPStatus.NOT_FOUND, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE),
    )
