"""A form with a file in it (RFC 7578), streamed: a file is never held in memory as a whole."""

import secrets
from collections.abc import AsyncIterator

from gateway.providers.delivery import Upload
from runtime.media.seam import FileInfo

_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
"""As browsers write names: any other way of quoting is read differently by different servers."""


class Multipart:
    """The form's fields and then the file, with a length that is known before the file is read."""

    def __init__(
        self, upload: Upload, info: FileInfo, form: tuple[tuple[str, str], ...], content: AsyncIterator[bytes]
    ) -> None:
        boundary = secrets.token_hex(16)
        fields = (_part(boundary, f'name="{_quoted(name)}"') + value.encode() + b"\r\n" for name, value in form)
        filename = upload.filename or info.filename or upload.file_id
        names = f'name="{_quoted(upload.field)}"; filename="{_quoted(filename)}"'
        self._head = b"".join(fields) + _part(boundary, names, upload.mime_type or info.mime_type)
        self._content = content
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._head) + info.size + len(self._tail)),
        }

    async def parts(self) -> AsyncIterator[bytes]:
        """The body."""
        yield self._head
        async for part in self._content:
            yield part
        yield self._tail


def _part(boundary: str, names: str, mime_type: str = "") -> bytes:
    of_type = f"Content-Type: {mime_type}\r\n" if mime_type else ""
    return f"--{boundary}\r\nContent-Disposition: form-data; {names}\r\n{of_type}\r\n".encode()


def _quoted(name: str) -> str:
    return name.translate(_ESCAPES)
