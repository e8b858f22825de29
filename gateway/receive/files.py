"""The way to our own files, for providers that fetch what a message sends from a URL: `GET /files/{token}`.

The token is all the authorisation there is (`runtime/media/links.py`). What it does not open is not there: 404.
"""

from http import HTTPStatus

from aiohttp import web

from contracts.base import new_id
from contracts.errors import NotFound
from runtime.http.problems import CORRELATION_HEADER, Problem, answer_to
from runtime.media.links import PATH, MediaLinks
from runtime.media.seam import MediaStore
from runtime.media.serving import serve

METHODS = ("GET", "HEAD")


class FileDoor:
    """Hands files out to whoever has their URL."""

    def __init__(self, links: MediaLinks, media: MediaStore) -> None:
        self._links = links
        self._media = media

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """One request."""
        correlation_id = new_id()
        try:
            response = await self._answer(request)
        except Exception as error:  # noqa: BLE001 - the edge of the process: whatever it is, the provider gets an answer
            response = answer_to(request, error, correlation_id)
        response.headers[CORRELATION_HEADER] = correlation_id
        return response

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        if request.method not in METHODS:
            allow = {"Allow": ", ".join(METHODS)}
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "files are read with GET", headers=allow)
        token = request.raw_path.removeprefix(PATH).partition("?")[0]
        file_id = self._links.file_of(token)
        if file_id is None:
            raise NotFound("there is no such file, or its URL has expired")
        return await serve(self._media, file_id, request)
