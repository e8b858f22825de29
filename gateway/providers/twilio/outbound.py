"""Sending through Twilio: one form a message. What the form has no fields for is made as a content first."""

import orjson

from contracts.accounts import Account
from contracts.content import Location, Reaction, Text
from contracts.messages import DeliveryState, FailureKind, StatusReason
from contracts.outbound import (
    Buttons,
    ListMenu,
    OutboundMessage,
    OutboundSignal,
    SendContacts,
    SendMedia,
    Signal,
    TemplateMessage,
)
from gateway.providers.delivery import Conversation, HttpCall, HttpReply, Refused, Sent, cannot_express
from gateway.providers.twilio.endpoints import account_url, basic, product_url
from gateway.providers.twilio.errors import code_of, failure, reason, unreadable
from gateway.providers.twilio.form import with_reference
from gateway.providers.twilio.inbound import STATES, sid_of
from gateway.providers.twilio.made import create, resource
from gateway.providers.twilio.templates import variables_of
from gateway.providers.twilio.wire import PREFIX

NO_SUCH_CONTENT = "21655"
WITHOUT_CAPTION = frozenset({"audio", "voice", "sticker"})
ACTIVE = "active"
Form = dict[str, str]


def deliver(message: OutboundMessage, account: Account, media_url: str | None) -> Conversation[Sent]:
    """Send a message; see `Delivers`. An answer to another message is sent without the quotation: Twilio has no
    parameter for that."""
    content = message.content
    match content:
        case Text():
            reply = yield _send(message, account, {"Body": content.text})
        case SendMedia():
            reply = yield _send(message, account, _media(content, media_url))
        case TemplateMessage():
            variables = yield from variables_of(content, account)
            reply = yield _send(message, account, _content(content.template_id or "", variables))
        case Buttons() | ListMenu() | Location():
            reply = yield from _send_made(message, content, account)
        case SendContacts():
            raise cannot_express("contact cards")
        case Reaction():
            raise cannot_express("reactions")
    return _sent(reply)


def _media(content: SendMedia, media_url: str | None) -> Form:
    url = content.url or media_url
    if url is None:
        words = "The file has no public address, and Twilio fetches files from one."
        raise Refused(StatusReason(code="no_media_url", kind=FailureKind.MEDIA, sentence=words))
    if content.caption and content.media in WITHOUT_CAPTION:
        raise cannot_express("words with a sound or a sticker")
    return {"MediaUrl": url, **({"Body": content.caption} if content.caption else {})}


def _send_made(
    message: OutboundMessage, content: Buttons | ListMenu | Location, account: Account
) -> Conversation[HttpReply]:
    """Sends a content that is made first, and once more if the one that was kept is gone at Twilio."""
    made = resource(content)
    sid = yield from create(account, made)
    reply = yield _send(message, account, _content(sid, made.variables))
    if code_of(reply) == NO_SUCH_CONTENT:
        sid = yield from create(account, made, renew=True)
        reply = yield _send(message, account, _content(sid, made.variables))
    return reply


def _content(sid: str, variables: dict[str, str]) -> Form:
    return {"ContentSid": sid, **({"ContentVariables": orjson.dumps(variables).decode()} if variables else {})}


def _send(message: OutboundMessage, account: Account, form: Form) -> HttpCall:
    """The call that puts a message before the customer. Its statuses come to the account's own webhook URL, with our
    id, where the public address is known; else to wherever the sender is configured to report."""
    ends = {"To": f"{PREFIX}{message.contact_key}", "From": f"{PREFIX}{account.phone}"}
    callback = {}
    if account.domain is not None:
        callback["StatusCallback"] = with_reference(account.domain + account.webhook_path, message.id)
    return HttpCall(
        method="POST",
        url=account_url(account, "/Messages.json"),
        form=tuple({**ends, **form, **callback}.items()),
        basic=basic(account),
        effect=True,
    )


def _sent(reply: HttpReply) -> Sent:
    """What became of a message. Twilio says that it is queued: it has taken it, and reports the rest later."""
    if not reply.ok:
        raise failure(reply, effect=True)
    body = reply.object()
    sid, word = body.get("sid"), body.get("status")
    if not isinstance(sid, str) or not sid:
        raise unreadable(reply, effect=True)
    state = STATES.get(word, DeliveryState.QUEUED) if isinstance(word, str) else DeliveryState.QUEUED
    if state is DeliveryState.FAILED:
        raise Refused(reason(str(body.get("error_code") or word), str(body.get("error_message") or "")))
    return Sent(provider_id=sid, state=DeliveryState.SENT if state is DeliveryState.QUEUED else state)


def check(account: Account) -> Conversation[str]:
    """Whether the credentials open the account; see `Delivers`."""
    reply = yield HttpCall(method="GET", url=account_url(account, ".json"), basic=basic(account))
    if not reply.ok:
        raise failure(reply, effect=False)
    body = reply.object()
    if body.get("status") != ACTIVE:
        raise Refused(reason("20005"))
    return f"Twilio accepts the credentials of the account “{body.get('friendly_name', '')}”."


def signal(signal: OutboundSignal, account: Account) -> Conversation[None]:
    """Show that somebody types, which marks the message as read too. Twilio has no read mark alone: a customer would
    see somebody type each time that an agent looks, so it is passed over."""
    if signal.signal is not Signal.TYPING:
        return
    form = (("channel", "whatsapp"), ("messageId", sid_of(signal.message_id)))
    url = f"{product_url(account, 'messaging')}/v2/Indicators/Typing.json"
    yield HttpCall(method="POST", url=url, form=form, basic=basic(account))
