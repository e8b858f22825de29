"""Templates as Twilio has them: contents that were submitted to WhatsApp, and the variables by which they are sent."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from pydantic import Field, ValidationError

from contracts.accounts import Account
from contracts.base import Instant
from contracts.messages import FailureKind, StatusReason
from contracts.outbound import Template, TemplateMessage, TemplateStatus, template_key
from gateway.providers.delivery import Conversation, HttpCall, HttpReply, Refused, cannot_express
from gateway.providers.payload import Wire, raw_form
from gateway.providers.twilio.endpoints import basic, is_twilios, product_url
from gateway.providers.twilio.errors import failure, unreadable

PAGE_SIZE = "100"
MAX_PAGES = 200
KEEP_S = 300.0
UNSUBMITTED = "unsubmitted"
STATUSES = {
    "approved": TemplateStatus.APPROVED,
    "received": TemplateStatus.PENDING,
    "pending": TemplateStatus.PENDING,
    "rejected": TemplateStatus.REJECTED,
    "paused": TemplateStatus.PAUSED,
    "disabled": TemplateStatus.PAUSED,
}
"""Every other word is unknown."""

SID = re.compile(r"HX[0-9a-f]{32}")
PLACEHOLDER = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")


class Approval(Wire):
    """What WhatsApp says of a content."""

    name: str | None = None
    category: str | None = None
    status: str = UNSUBMITTED


class Kept(Wire):
    """A content with its approval. `types` holds it once for each kind of channel."""

    sid: str = Field(pattern=SID.pattern)
    friendly_name: str | None = None
    language: str
    types: dict[str, dict[str, Any]] = Field(min_length=1)
    approval_requests: Approval = Approval()


def templates(account: Account) -> Conversation[tuple[Template, ...]]:
    """All contents that were submitted to WhatsApp, page after page; see `HoldsTemplates`.

    Raises:
        Refused, TryLater: they cannot be read, or not now.
    """
    found: dict[str, Template] = {}
    url, query = f"{product_url(account, 'content')}/v1/ContentAndApprovals", {"PageSize": PAGE_SIZE}
    for _ in range(MAX_PAGES):
        reply = yield HttpCall(method="GET", url=url, query=query, basic=basic(account))
        if not reply.ok:
            raise failure(reply, effect=False)
        for template in _page(reply, account.id):
            # Two contents may have one name: the second is known by its SID, and neither takes the other's place.
            free = template.id if template.id not in found else f"{account.id}:{template.template_id}"
            found[free] = template.model_copy(update={"id": free})
        url, query = _next(reply, account), {}
        if not url:
            break
    return tuple(found.values())


def _page(reply: HttpReply, account_id: str) -> Iterator[Template]:
    contents = reply.object().get("contents")
    if not isinstance(contents, list):
        raise unreadable(reply, effect=False)
    at = reply.answered_at
    for content in contents:
        try:
            kept = Kept.model_validate(content)
            if kept.approval_requests.status != UNSUBMITTED:
                yield _template(kept, account_id, at)
        except ValidationError:
            continue  # one content of a shape that we do not know does not cost the others


def _next(reply: HttpReply, account: Account) -> str:
    """The URL of the next page, empty on the last one. The credentials go there, so it has to be Twilio's."""
    meta = reply.object().get("meta")
    url = meta.get("next_page_url") if isinstance(meta, dict) else None
    if not isinstance(url, str):
        return ""
    if url and not is_twilios(url, account):
        raise unreadable(reply, effect=False)
    return url


def _template(kept: Kept, account_id: str, at: Instant) -> Template:
    approval, content = kept.approval_requests, next(iter(kept.types.values()))
    name = approval.name or kept.friendly_name or kept.sid
    return Template(
        id=template_key(account_id, name, kept.language),
        account_id=account_id,
        name=name,
        language=kept.language,
        status=STATUSES.get(approval.status, TemplateStatus.UNKNOWN),
        category=(approval.category or "").lower(),
        template_id=kept.sid,
        header=_words(content, "header_text"),
        body=_words(content, "body", "title"),
        footer=_words(content, "footer", "subtitle"),
        parameters=tuple(dict.fromkeys(PLACEHOLDER.findall(orjson.dumps(content).decode()))),
        buttons=tuple(raw_form(action) for action in _actions(content)),
        synchronised_at=at,
    )


def _words(content: Mapping[str, Any], *names: str) -> str:
    return next((text for name in names if isinstance(text := content.get(name), str) and text), "")


def _actions(content: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    actions = content.get("actions")
    return [action for action in actions if isinstance(action, dict)] if isinstance(actions, list) else []


def variables_of(message: TemplateMessage, account: Account) -> Conversation[dict[str, str]]:
    """The variables by which a template is sent. Twilio numbers those of header, body and buttons in one row.

    Raises:
        Refused: the content is not known, or cannot be given such a parameter.
        TryLater: it cannot be looked up now.
    """
    if not SID.fullmatch(message.template_id or ""):
        words = "The template's content SID is not known: synchronise the account's templates."
        raise Refused(StatusReason(code="no_content_sid", kind=FailureKind.TEMPLATE, sentence=words))
    if message.header_media is not None:
        raise cannot_express("a file in the head of a template: its address is part of the content there")
    variables = dict(message.header)
    for name, value in message.body.items():
        if variables.setdefault(name, value) != value:
            raise cannot_express(f"two values for the variable {name}, which header and body share")
    if message.buttons:
        variables |= yield from _of_buttons(message, account)
    return variables


def _of_buttons(message: TemplateMessage, account: Account) -> Conversation[dict[str, str]]:
    """The variables that stand in the buttons, which only the content itself can tell."""
    url = f"{product_url(account, 'content')}/v1/Content/{message.template_id}"
    reply = yield HttpCall(method="GET", url=url, basic=basic(account), keep_s=KEEP_S)
    if not reply.ok:
        raise failure(reply, effect=False)
    types = reply.object().get("types")
    contents = [one for one in types.values() if isinstance(one, dict)] if isinstance(types, dict) else []
    actions = [list(_actions(content)) for content in contents[:1]]
    return dict(_variable(actions[0] if actions else [], place, value) for place, value in message.buttons.items())


def _variable(actions: list[dict[str, Any]], place: int, value: str) -> tuple[str, str]:
    action = actions[place] if 0 <= place < len(actions) else {}
    inside = [name for part in ("url", "id", "code") for name in PLACEHOLDER.findall(str(action.get(part, "")))]
    if len(inside) != 1:
        raise cannot_express(f"a parameter of the template's button {place}: it has no variable")
    return inside[0], value
