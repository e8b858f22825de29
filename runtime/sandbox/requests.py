"""A request as a provider makes it."""

from urllib.parse import urlsplit

from contracts.base import Value


class SignedRequest(Value):
    """One HTTP request, ready to be sent: `path` is everything of the URL from the path on, the query included."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


def path_of(url: str) -> str:
    """The path and the query of a URL, as they stand in the request line."""
    parts = urlsplit(url)
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path
