"""Files at the played Meta: ours come up as forms, customers' are looked up by id and fetched by URL."""

import hashlib
from email import message_from_bytes
from email.message import Message
from typing import Any

from runtime.sandbox.meta.errors import GraphError
from runtime.sandbox.seam import ApiCall, PlayedNumber, SandboxFile


def url_of(number: PlayedNumber, media_id: str) -> str:
    """Where a file is fetched; as at Meta, the token is wanted there too."""
    return f"{number.api_url.rstrip('/')}/media/{media_id}"


def uploaded(call: ApiCall) -> SandboxFile:
    """The file that a form hands in.

    Raises:
        GraphError: the form is not what Meta takes.
    """
    fields = _fields(call)
    if _words(fields, "messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    file = fields.get("file")
    content = file.get_payload(decode=True) if file else b""
    if file is None or not isinstance(content, bytes) or not content:
        raise GraphError(100, "The parameter file is required.")
    digest = hashlib.sha256(content + call.at.isoformat().encode()).hexdigest()
    return SandboxFile(
        media_id=str(int(digest[:12], 16)),
        mime_type=_words(fields, "type") or file.get_content_type(),
        filename=file.get_filename() or "",
        content=content,
    )


def _fields(call: ApiCall) -> dict[str, Message]:
    """The fields of a multipart form, by name."""
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n".encode()
    form = message_from_bytes(head + call.body)
    parts = form.get_payload() if form.is_multipart() else []
    named = [part for part in parts if isinstance(part, Message)] if isinstance(parts, list) else []
    return {str(part.get_param("name", "", header="content-disposition")): part for part in named}


def _words(fields: dict[str, Message], name: str) -> str:
    content = fields[name].get_payload(decode=True) if name in fields else b""
    return content.decode(errors="replace").strip() if isinstance(content, bytes) else ""


def described(number: PlayedNumber, file: SandboxFile) -> dict[str, Any]:
    """What is told of a file that is looked up."""
    return {
        "messaging_product": "whatsapp",
        "url": url_of(number, file.media_id),
        "mime_type": file.mime_type,
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "file_size": len(file.content),
        "id": file.media_id,
    }
