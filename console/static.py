"""The web client, as `console/web` was built: its files, and its page for every other path that is not the API's.

The page is the same for all paths, for the client reads its own address. Where nothing was built, the answer says how.
"""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import web

DIST: Final = Path(__file__).parent / "web" / "dist"
_PAGE = "index.html"
_HASHED = "assets/"
"""Names of files in this folder change with what is in them."""
_NOT_OURS = "api|openapi\\.json|live|ready|metrics|media|v|video"
"""First steps of paths that are somebody else's: a fault in one of them is told by 404, not by a page."""
_PATH = f"/{{path:(?!(?:{_NOT_OURS})(?:/|$)).*}}"

POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # components set sizes and places of elements as they are drawn
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_ALWAYS_ASKED = "no-cache"
_KEPT_A_YEAR = "public, max-age=31536000, immutable"
_UNBUILT = """The web client has not been built.

    make setup      installs and builds everything
    cd console/web && npm ci && npm run build

The API is described at /api/openapi.json.
"""


class WebClient:
    """Serves a folder of built files. `root` may come to be, or change, while this runs."""

    def __init__(self, root: Path = DIST) -> None:
        self._root = root
        self._built_at = 0.0
        self._files: Mapping[str, Path] = {}

    def add_to(self, app: web.Application) -> None:
        """Serve every path that no route of the application has."""
        app.router.add_get(_PATH, self._serve)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        files = self._known()
        path = request.match_info["path"]
        if path.startswith(_HASHED) and path not in files:
            raise web.HTTPNotFound  # of an older build: the page would not be a script
        if _PAGE not in files:
            return web.Response(text=_UNBUILT, status=HTTPStatus.NOT_FOUND, headers=dict(HEADERS))
        caching = _KEPT_A_YEAR if path.startswith(_HASHED) else _ALWAYS_ASKED
        found = files.get(path, files[_PAGE])
        return web.FileResponse(found, headers={**HEADERS, "Cache-Control": caching})

    def _known(self) -> Mapping[str, Path]:
        """The files by their paths: what is not among them is not served, wherever a path may lead."""
        try:
            built_at = (self._root / _PAGE).stat().st_mtime
        except OSError:
            return {}
        if built_at != self._built_at:
            self._files = {file.relative_to(self._root).as_posix(): file for file in _served_in(self._root)}
            self._built_at = built_at
        return self._files


def _served_in(root: Path) -> list[Path]:
    """The files below; those beginning with a dot tell the build's own things."""
    found = [path for path in root.rglob("*") if path.is_file()]
    return [path for path in found if not any(step.startswith(".") for step in path.relative_to(root).parts)]
