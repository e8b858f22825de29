"""WhatsApp templates of a project, as the Provisioning API lists them: all of them, or the ones of a name."""

from datetime import datetime
from typing import Any

from contracts.accounts import Account
from contracts.outbound import Template, TemplateMessage, TemplateStatus, template_key
from gateway.providers import components
from gateway.providers.delivery import Conversation, HttpCall, HttpReply
from gateway.providers.payload import raw_form, word, word_or_none
from gateway.providers.sinch.api import authorised, provisioning_url
from gateway.providers.sinch.errors import failure

PAGE_SIZE = "100"
MOST_PAGES = 100
KEEP_DEFINITION_S = 300

STATES = {
    "APPROVED": TemplateStatus.APPROVED,
    "PAUSED": TemplateStatus.PAUSED,
    "REJECTED": TemplateStatus.REJECTED,
    "DISABLED": TemplateStatus.REJECTED,
    "DRAFT": TemplateStatus.PENDING,
    "IN_PROGRESS": TemplateStatus.PENDING,
}
"""`state`, and where there is none yet `changes.status`."""


def listed(account: Account) -> Conversation[tuple[Template, ...]]:
    """All templates, page after page. One that cannot be read is left out.

    Raises:
        Refused, TryLater: they cannot be listed, or not now.
    """
    found: list[Template] = []
    page: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        reply = yield from authorised(account, _list(account, page))
        if not reply.ok:
            raise failure(reply)
        at = reply.answered_at
        found += [template for raw in _entries(reply) if (template := _template(raw, account, at))]
        token = reply.object().get("nextPageToken")
        if not (token and isinstance(token, str)):
            break
        page = {"pageToken": token}
    return tuple(found)


def buttons_of(message: TemplateMessage, account: Account) -> Conversation[tuple[dict[str, Any], ...] | None]:
    """The buttons of a template; None where it cannot be looked up (a key may not be allowed to).

    Raises:
        Refused, TryLater: there is no token.
    """
    reply = yield from authorised(account, _list(account, {"templateName": message.name}, KEEP_DEFINITION_S))
    wanted = message.language.replace("-", "_")
    for raw in _entries(reply) if reply.ok else ():
        if raw.get("name") == message.name and str(raw.get("language")).replace("-", "_") == wanted:
            return tuple(map(raw_form, components.buttons_of(_components(raw))))
    return None


def _list(account: Account, query: dict[str, str], keep_s: float = 0) -> HttpCall:
    url = provisioning_url(account, "whatsapp/templates")
    return HttpCall("GET", url, query={"pageSize": PAGE_SIZE, **query}, keep_s=keep_s)


def _entries(reply: HttpReply) -> list[dict[str, Any]]:
    return components.objects(reply.object().get("templates"))


def _template(raw: dict[str, Any], account: Account, at: datetime) -> Template | None:
    name, language = word(raw, "name"), word(raw, "language")
    if not (name and language):
        return None
    return Template(
        id=template_key(account.id, name, language),
        account_id=account.id,
        name=name,
        language=language,
        status=STATES.get(word(raw, "state") or word(raw.get("changes"), "status"), TemplateStatus.UNKNOWN),
        category=word(raw, "category"),
        template_id=word_or_none(raw, "whatsappId"),
        synchronised_at=at,
        **components.said_by(_components(raw)),
    )


def _components(raw: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The parts of a template by their type; one that is not submitted yet has them under its changes."""
    details = raw.get("details") or (raw["changes"].get("details") if isinstance(raw.get("changes"), dict) else None)
    return components.components_of(details.get("components") if isinstance(details, dict) else None)
