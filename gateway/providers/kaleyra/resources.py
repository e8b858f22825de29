"""What an account has at Kaleyra: its templates, and its customers' files."""

import binascii
import re
from base64 import b64decode
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from contracts.accounts import Account
from contracts.content import Media
from contracts.messages import FailureKind, StatusReason
from contracts.outbound import Template, TemplateStatus, template_key
from gateway.providers.components import STATUSES, buttons_of, components_of, objects, said_by
from gateway.providers.delivery import UNDATED, Conversation, Download, HttpCall, HttpReply, Refused
from gateway.providers.kaleyra import api
from gateway.providers.payload import word

PAGE = "100"
MOST_PAGES = 100
KEEP_S = 300.0
SHA256_BYTES = 32
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{64}")

Part = dict[str, Any]


def check(account: Account) -> Conversation[str]:
    """Whether the API key opens the business account, by reading its templates."""
    reply = yield api.get(api.templates_url(account), account, {"limit": "1"})
    _page(reply)
    return f"The API key opens the WhatsApp Business Account {account.credentials['waba_id']}."


def locate(media: Media) -> Conversation[Download]:
    """Kaleyra's copy of a file. Its link needs no key, and none is sent: the host is a store of somebody else's."""
    yield from ()
    if not media.url:
        sentence = "Kaleyra gave no link to this file; it cannot be had."
        raise Refused(StatusReason(code="no_media_url", kind=FailureKind.MEDIA, sentence=sentence))
    return Download(
        call=HttpCall("GET", media.url),
        hosts=(),
        mime_type=media.mime_type,
        filename=media.filename,
        sha256=_hexadecimal(media.sha256),
    )


def _hexadecimal(digest: str | None) -> str | None:
    """A digest in hexadecimal: Meta writes base64 in webhooks. None when it is neither."""
    if digest is None or _HEXADECIMAL.fullmatch(digest):
        return digest and digest.lower()
    try:
        plain = b64decode(digest, validate=True)
    except (binascii.Error, ValueError):
        return None
    return plain.hex() if len(plain) == SHA256_BYTES else None


def templates(account: Account) -> Conversation[tuple[Template, ...]]:
    """All templates. What cannot be read as one is left out: it could not be sent either."""
    raws, at = yield from _raw_templates(account)
    found = (_template(raw, account, at) for raw in raws)
    return tuple(template for template in found if template is not None)


def template_buttons(name: str, language: str, account: Account) -> Conversation[dict[int, str]]:
    """The types of a template's buttons by their index; empty when there is no such template."""
    raws, _ = yield from _raw_templates(account, KEEP_S)
    wanted = (raw for raw in raws if raw.get("name") == name and raw.get("language") == language)
    buttons = next((buttons_of(components_of(raw.get("components"))) for raw in wanted), [])
    return {index: word(button, "type") for index, button in enumerate(buttons)}


def _raw_templates(account: Account, keep_s: float = 0) -> Conversation[tuple[list[Part], datetime]]:
    """The templates as they come, page after page (by Meta's cursor, where there is one), and when that was."""
    found: list[Part] = []
    query, at = {"limit": PAGE}, UNDATED
    for _ in range(MOST_PAGES):
        reply = yield api.get(api.templates_url(account), account, query, keep_s)
        answer, at = _page(reply), reply.answered_at
        found += objects(answer["data"])
        after = _cursor(answer)
        if not after or after == query.get("after"):
            break
        query = {"limit": PAGE, "after": after}
    return found, at


def _page(reply: HttpReply) -> Part:
    """A page of templates. Anything else with HTTP 200 is not taken for an account without any."""
    answer = api.examine(reply)
    if not isinstance(answer.get("data"), list):
        raise api.unclear("Kaleyra's answer holds no list of templates.")
    return answer


def _cursor(answer: Part) -> str:
    paging = answer.get("paging")
    cursors = paging.get("cursors") if isinstance(paging, dict) and paging.get("next") else None
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) else ""


def _template(raw: Part, account: Account, at: datetime) -> Template | None:
    name, language = raw.get("name"), raw.get("language")
    try:
        return Template(
            id=template_key(account.id, str(name), str(language)),
            account_id=account.id,
            name=name,
            language=language,
            status=STATUSES.get(str(raw.get("status")).upper(), TemplateStatus.UNKNOWN),
            category=str(raw.get("category") or ""),
            template_id=str(raw["id"]) if raw.get("id") else None,
            synchronised_at=at,
            **said_by(components_of(raw.get("components"))),
        )
    except ValidationError:
        return None
