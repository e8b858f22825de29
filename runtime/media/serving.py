"""A file as an HTTP answer: whole or in part, shown where that is safe, and never run.

What a browser gets here came from strangers. It is told to believe the type (`nosniff`), to give the content no
origin and no scripts (`sandbox`), and to save everything that is not on the list of what is safe to show.
"""

from http import HTTPStatus
from urllib.parse import quote

from aiohttp import web
from multidict import CIMultiDict

from contracts.errors import NotFound
from runtime.http.problems import Problem
from runtime.media.seam import FileInfo, MediaStore
from runtime.media.types import INLINE_TYPES

PDF = "application/pdf"
CACHE_S = 3600


async def serve(media: MediaStore, file_id: str, request: web.BaseRequest) -> web.Response:
    """The answer to a request for a file.

    Raises:
        NotFound: there is no such file.
        Problem: 416, the part that was asked for lies beyond its end.
    """
    info = await media.info(file_id)
    if info is None:
        raise NotFound(f"there is no file {file_id}")
    headers = _headers(info)
    if _etag(info) in request.headers.get("If-None-Match", ""):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    asked = _asked(request, info)
    part = range(info.size) if asked is None else asked
    headers["Content-Length"] = str(len(part))
    if asked is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{info.size}"
    status = HTTPStatus.OK if asked is None else HTTPStatus.PARTIAL_CONTENT
    return web.Response(status=status, headers=headers, body=media.read(file_id, part.start, part.stop))


def _headers(info: FileInfo) -> CIMultiDict[str]:
    return CIMultiDict(
        {
            "Accept-Ranges": "bytes",
            "Cache-Control": f"private, max-age={CACHE_S}, immutable",
            "Content-Disposition": _disposition(info),
            "Content-Security-Policy": _policy(info),
            "Content-Type": info.mime_type,
            "ETag": _etag(info),
            "X-Content-Type-Options": "nosniff",
        }
    )


def _etag(info: FileInfo) -> str:
    return f'"{info.sha256}"'


def _disposition(info: FileInfo) -> str:
    how = "inline" if info.mime_type in INLINE_TYPES else "attachment"
    return f"{how}; filename*=UTF-8''{quote(info.filename, safe='')}" if info.filename else how


def _policy(info: FileInfo) -> str:
    # Browsers show a PDF in a viewer of their own, with no origin of ours, and refuse to in a sandbox.
    return "default-src 'none'" if info.mime_type == PDF else "default-src 'none'; sandbox"


def _asked(request: web.BaseRequest, info: FileInfo) -> range | None:
    """The part that is asked for; None for the whole, which also goes out where the question is not understood."""
    if "Range" not in request.headers or request.headers.get("If-Range", _etag(info)) != _etag(info):
        return None
    try:
        part = range(info.size)[request.http_range]
    except ValueError:
        return None
    if not part:
        beyond = {"Content-Range": f"bytes */{info.size}"}
        raise Problem(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "the file ends before", headers=beyond)
    return part
