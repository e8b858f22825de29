"""A customer's message: it joins the open interaction, or opens one where the sender is admitted."""

from datetime import datetime, timedelta

from contracts.commands import ContactSeed
from contracts.contacts import Contact, contact_id
from contracts.content import Content, text_of
from contracts.events import MessageReceived
from contracts.interactions import Interaction, InteractionState
from router.engine.configuration import CompiledAccount, RoutingConfiguration
from router.engine.draft import Draft
from router.engine.lifecycle import written
from router.engine.values import (
    ROUTED,
    ConversationState,
    Decision,
    Notify,
    RejectSender,
    SeedContact,
    StoreMessage,
)
from router.engine.walk import Walk

PREVIEW = 200
NOT_LISTED = "the sender is on none of the account's whitelists"


def receive(
    event: MessageReceived,
    state: ConversationState,
    compiled: CompiledAccount,
    configuration: RoutingConfiguration,
    now: datetime,
) -> Decision:
    """What comes of a message."""
    before = state.interaction
    if before is None:
        return _begin(event, state, compiled, configuration, now)
    draft = Draft(before, now)
    _join(draft, event, state, compiled)
    if before.unmanaged and before.state in ROUTED:
        draft.note(0, "message", "rejoined unmanaged: from the top")
        Walk(draft, compiled, configuration, state, event.message).run(1)
    return draft.decision(before)


def _begin(
    event: MessageReceived,
    state: ConversationState,
    compiled: CompiledAccount,
    configuration: RoutingConfiguration,
    now: datetime,
) -> Decision:
    if compiled.whitelists is not None and compiled.whitelists.isdisjoint(state.whitelists):
        return Decision(effects=(RejectSender(NOT_LISTED, compiled.account.refusal_text),))
    closed = _reopenable(event, state, compiled)
    draft = Draft(closed or _opened(event, state, compiled), now)
    if closed is not None:
        _reopen(draft, closed)
    _join(draft, event, state, compiled)
    draft.note(0, "message", "opened" if closed is None else "opened again")
    Walk(draft, compiled, configuration, state, event.message).run(1)
    return draft.decision(closed)


def _reopenable(event: MessageReceived, state: ConversationState, compiled: CompiledAccount) -> Interaction | None:
    """The last closed interaction, where the account opens it again and the message comes in time."""
    within = timedelta(hours=compiled.account.reopen_within)
    last = state.last
    if not within or last is None or last.closed_at is None:
        return None
    return last if event.received_at - last.closed_at <= within else None


def _reopen(draft: Draft, closed: Interaction) -> None:
    draft.move(
        InteractionState.ROUTING,
        open=True,
        owner=None,
        previous_agent=closed.owner or closed.previous_agent,
        disposition=(),
        accepted_at=None,
        closed_at=None,
        reopened=closed.reopened + 1,
        reopened_at=draft.now,
    )


def _opened(event: MessageReceived, state: ConversationState, compiled: CompiledAccount) -> Interaction:
    account = compiled.account
    return Interaction(
        id=f"i{event.event_id}",
        account_id=account.id,
        account_key=account.key,
        contact_key=event.contact_key,
        contact_id=state.contact.id if state.contact else contact_id(account.list_id, event.contact_key),
        conversation=event.conversation,
        correlation_id=event.correlation_id,
        previous_agent=state.previous_agent,
        opened_at=event.received_at,
        first_message_at=event.received_at,
    )


def _join(draft: Draft, event: MessageReceived, state: ConversationState, compiled: CompiledAccount) -> None:
    before = draft.interaction
    known = state.contact.name if state.contact else ""
    number = before.sequence + 1
    draft.change(
        sequence=number,
        message_count=before.message_count + 1,
        last_inbound=number,
        unread=before.unread + 1,
        preview=preview_of(event.message.content),
        first_message_at=before.first_message_at or event.received_at,
        last_message_at=event.received_at,
        contact_name=known or before.contact_name or event.message.profile_name,
    )
    if seed := _seed(event, state.contact, compiled):
        draft.emit(SeedContact(seed))
    draft.emit(StoreMessage(before.id, number))
    written(draft, compiled)
    if before.owner is not None or before.offered_to:
        draft.emit(Notify(settle=False))


def preview_of(content: Content) -> str:
    """The beginning of the words in a content, or in brackets what kind it is."""
    return text_of(content)[:PREVIEW] or f"[{content.kind}]"


def _seed(event: MessageReceived, known: Contact | None, compiled: CompiledAccount) -> ContactSeed | None:
    """What this message tells of its sender that is not known yet."""
    name, alias = event.message.profile_name, event.message.user_id
    if known is not None:
        name = "" if known.name else name
        alias = None if alias in {known.key, *known.merged_keys} else alias
        if not (name or alias):
            return None
    return ContactSeed(list_id=compiled.account.list_id, key=event.contact_key, name=name, alias=alias)
