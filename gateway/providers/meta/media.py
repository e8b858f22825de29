"""Files at Meta: ours go up before they are sent by id, customers' are looked up before they are fetched."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from urllib.parse import urlsplit

from contracts.accounts import Account
from contracts.content import Media
from contracts.messages import FailureKind, StatusReason
from contracts.outbound import SendMedia
from gateway.providers.delivery import (
    Conversation,
    Download,
    HttpCall,
    Refused,
    TryLater,
    Upload,
    cannot_express,
)
from gateway.providers.meta.api import answered, asked, authorization, id_of, url_of
from gateway.providers.payload import word

OWN_HOSTS = ("fbsbx.com", "facebook.com", "whatsapp.net")
"""Meta's domains: the token goes to them, and to the host of the API, and nowhere else."""

CAPTIONED = frozenset({"image", "video", "document"})
NO_SUCH_FILE = frozenset({"100", "131052", "HTTP 404"})
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_GONE = StatusReason(code="gone", kind=FailureKind.MEDIA, sentence="WhatsApp no longer has this file.")


def said(file: SendMedia, account: Account) -> Conversation[dict[str, object]]:
    """The part of a message that is a file."""
    if file.caption and file.media not in CAPTIONED:
        raise cannot_express(f"a caption with a file of the kind {file.media}")
    part = yield from file_of(file, account)
    if file.media == "voice":
        part["voice"] = True
    if file.caption:
        part["caption"] = file.caption
    kind = "audio" if file.media == "voice" else file.media
    return {"type": kind, kind: part}


def file_of(file: SendMedia, account: Account) -> Conversation[dict[str, object]]:
    """How a file is named in a message: by its public URL, or by the id that Meta gave it when it went up."""
    part: dict[str, object] = {}
    if file.file_id is None:
        part["link"] = file.url
    else:
        part["id"] = yield from _uploaded(file, file.file_id, account)
    if file.media == "document" and file.filename:
        part["filename"] = file.filename
    return part


def _uploaded(file: SendMedia, file_id: str, account: Account) -> Conversation[str]:
    mime_type = (("type", file.mime_type),) if file.mime_type else ()
    call = HttpCall(
        "POST",
        url_of(account, id_of(account, "phone_number_id"), "media"),
        authorization(account),
        form=(("messaging_product", "whatsapp"), *mime_type),
        upload=Upload(file_id, "file", file.mime_type, file.filename or ""),
    )
    media_id = word((yield from answered(call, account)), "id")
    if not media_id:
        raise TryLater(
            StatusReason(code="no id", kind=FailureKind.PROVIDER, sentence="WhatsApp did not take the file.")
        )
    return media_id


def locate(media: Media, account: Account) -> Conversation[Download]:
    """Where a customer's file is: asked for by its id, for the URL of the webhook lives some minutes only."""
    found: dict[str, object] = {}
    if media.media_id:
        found = yield from _looked_up(media.media_id, account)
    url = word(found, "url") or media.url
    if not url:
        raise Refused(_GONE)
    host = urlsplit(url).hostname or ""
    is_trusted = _may_have_the_token(url, account)
    return Download(
        call=HttpCall("GET", url, authorization(account) if is_trusted else {}),
        hosts=(host,) if is_trusted else (),
        mime_type=word(found, "mime_type") or media.mime_type,
        filename=media.filename,
        sha256=_hexadecimal(word(found, "sha256")) or _hexadecimal(media.sha256 or ""),
    )


def _looked_up(media_id: str, account: Account) -> Conversation[dict[str, object]]:
    """What Meta says of a file. It knows each for 7 days; then the id is one that it has never heard of."""
    try:
        return (yield from asked(account, media_id, query={"phone_number_id": id_of(account, "phone_number_id")}))
    except Refused as refusal:
        if refusal.reason.code not in NO_SUCH_FILE:
            raise
        gone = _GONE.model_copy(update={"code": refusal.reason.code, "title": refusal.reason.title})
        raise Refused(gone) from refusal


def _may_have_the_token(url: str, account: Account) -> bool:
    there, api = urlsplit(url), urlsplit(url_of(account))
    if (there.scheme, there.netloc) == (api.scheme, api.netloc):
        return True
    host = there.hostname or ""
    return there.scheme == "https" and any(host == own or host.endswith(f".{own}") for own in OWN_HOSTS)


def _hexadecimal(digest: str) -> str | None:
    """A SHA-256, which webhooks give in base64 and the API in hexadecimal; None when it is neither."""
    if _SHA256.fullmatch(digest):
        return digest.lower()
    try:
        plain = b64decode(digest, validate=True)
    except (NotBase64, ValueError):
        return None
    return plain.hex() if len(plain) == 32 else None  # noqa: PLR2004 - the bytes of a SHA-256
