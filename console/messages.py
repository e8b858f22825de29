"""Answering: what the owner of an interaction writes to the customer, and the signals that go with it.

A message is stored before anybody is told to send it; if the broker is away it is found and sent later all the same.
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from console.agents import follow
from console.dependencies import ConsoleDependencies
from contracts.access import WORKING
from contracts.accounts import Account
from contracts.base import Id, Value, new_id
from contracts.commands import Send, SendCommand, Tell
from contracts.content import Reaction
from contracts.errors import ConfigurationFault, Conflict, NotFound
from contracts.interactions import Interaction, InteractionState, window_of
from contracts.outbound import (
    OutboundContent,
    OutboundSignal,
    SendMedia,
    Signal,
    TemplateMessage,
    TemplateStatus,
)
from contracts.stored import StoredMessage
from gateway.registry import holds_templates
from runtime.http import Call, Nothing, Route

_TAG = "interactions"
Key = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,100}$")]


class MessageInput(Value):
    """What is sent: `reply_to` is the id of the message that it answers, ours or the provider's."""

    content: OutboundContent
    reply_to: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None
    key: Key | None = Field(
        None,
        description="Chosen by the client, for one message of the interaction: sent again under the same key, it is "
        "the same message.",
    )


class ActingQuery(Value):
    """Who acts: must be the owner, and is unless something else is said."""

    agent: Id | None = None


class MessageApi:
    """What the owner of an interaction does in its conversation."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._with = dependencies

    async def send(self, call: Call[MessageInput, ActingQuery]) -> StoredMessage:
        """Store a message and have it sent."""
        interaction, owner = await self._owned(call.path["id"], call.query.agent)
        message = await self._resolved(self._message(call, interaction, owner), interaction)
        known = await self._with.answers.message(message.id) if call.body.key else None
        if known is not None:
            return _same(known, message)
        message = await self.check(message, interaction)
        changed, stored = await self._with.answers.add(message, owner)
        _same(stored, message)
        await self._with.agent_queues.show([changed])
        await self._tell(
            Send(correlation_id=stored.correlation_id, account_id=stored.account_id, contact_key=stored.contact_key)
        )
        return stored

    async def read(self, call: Call[Nothing, ActingQuery]) -> Interaction:
        """Note that the owner has seen everything, and let the customer know."""
        interaction, owner = await self._owned(call.path["id"], call.query.agent)
        changed = await self._with.answers.read(interaction.id, owner)
        await self._with.agent_queues.show([changed])
        await self._signal(changed, Signal.READ)
        return changed

    async def typing(self, call: Call[Nothing, ActingQuery]) -> None:
        """Let the customer see that somebody is writing."""
        interaction, _ = await self._owned(call.path["id"], call.query.agent)
        await self._signal(interaction, Signal.TYPING)

    async def ready(self, interaction_id: str, agent: str | None) -> tuple[Interaction, str]:
        """An interaction in which its owner may write freely now, and who that is.

        Raises:
            Conflict, NotFound: there is none, or they may not.
        """
        interaction, owner = await self._owned(interaction_id, agent)
        await self._check_window(interaction)
        return interaction, owner

    async def _owned(self, interaction_id: str, agent: str | None) -> tuple[Interaction, str]:
        interaction = await self._with.interactions.get(interaction_id)
        if interaction is None:
            raise NotFound(f"there is no interaction {interaction_id}")
        if interaction.owner is None or interaction.state is not InteractionState.ASSIGNED:
            raise Conflict(f"the interaction is {interaction.state}: only its owner answers, while it is assigned")
        if agent not in {None, interaction.owner}:
            raise Conflict(f"the interaction is {interaction.owner}'s")
        return interaction, interaction.owner

    def _message(self, call: Call[MessageInput, ActingQuery], interaction: Interaction, owner: str) -> StoredMessage:
        key = call.body.key
        message_id = sha256(f"{interaction.id}:{key}".encode()).hexdigest()[:32] if key else new_id()
        message = composed(message_id, call.body.content, owner, self._with.clock(), interaction, call.correlation_id)
        return message.model_copy(update={"reply_to": call.body.reply_to})

    async def _resolved(self, message: StoredMessage, interaction: Interaction) -> StoredMessage:
        """The message with the provider's ids of the messages that it refers to."""
        changes: dict[str, Any] = {}
        if message.reply_to is not None:
            changes["reply_to"] = await self._provider_id("reply_to", message.reply_to, interaction)
        if isinstance(message.sending, Reaction):
            about = await self._provider_id("content.message_id", message.sending.message_id, interaction)
            changes["sending"] = message.sending.model_copy(update={"message_id": about})
        return message.model_copy(update=changes)

    async def _provider_id(self, field: str, name: str, interaction: Interaction) -> str:
        found = await self._with.outbound.find(interaction, name)
        if found is None:
            raise ConfigurationFault(field, "names no message of this conversation")
        if not found.provider_id:
            raise ConfigurationFault(field, "names a message that the provider does not have yet")
        return found.provider_id

    async def check(self, message: StoredMessage, interaction: Interaction) -> StoredMessage:
        """The message as it may be sent.

        Raises:
            Conflict, ConfigurationFault: it may not.
        """
        account = await self._with.configuration_store.get(Account, interaction.account_id)
        if account is None:
            raise Conflict("the account of the interaction was deleted")
        match message.sending:
            case TemplateMessage() as template:
                await self._check_file("content.header_media.file_id", template.header_media)
                sending = await self._with_id(template, account)
                return message.model_copy(update={"sending": sending})
            case SendMedia() as media:
                await self._check_file("content.file_id", media)
            case _:
                pass
        await self._check_window(interaction)
        return message

    async def _check_window(self, interaction: Interaction) -> None:
        window = window_of(await self._with.outbound.last_inbound_at(interaction), self._with.clock())
        if window.open:
            return
        closed = f"it closed at {window.closes_at:%Y-%m-%d %H:%M} UTC" if window.closes_at else "they never wrote"
        raise Conflict(
            f"WhatsApp takes free messages within 24 hours of the customer's last one only, and {closed}: "
            "send an approved template"
        )

    async def _check_file(self, field: str, media: SendMedia | None) -> None:
        if media is not None and media.file_id is not None and await self._with.media.info(media.file_id) is None:
            raise ConfigurationFault(field, f"there is no file {media.file_id}")

    async def _with_id(self, message: TemplateMessage, account: Account) -> TemplateMessage:
        """The message with the provider's id of its template, which must be approved where that can be known."""
        template = await self._with.templates.get(account.id, message.name, message.language)
        if template is None:
            if not holds_templates(account.type):
                return message
            rule = f"there is no template {message.name} in {message.language}, as of the last synchronisation"
            raise ConfigurationFault("content.name", rule)
        if template.status is not TemplateStatus.APPROVED:
            raise ConfigurationFault("content.name", f"the template is {template.status}, and must be approved")
        return message.model_copy(update={"template_id": message.template_id or template.template_id})

    async def _signal(self, interaction: Interaction, signal: Signal) -> None:
        last = await self._with.outbound.last_inbound(interaction)
        if last is None:
            return  # a signal is about a message of the customer's
        about = OutboundSignal(
            account_id=interaction.account_id,
            contact_key=interaction.contact_key,
            signal=signal,
            message_id=last.provider_id,
        )
        await self._tell(Tell(correlation_id=interaction.correlation_id, signal=about))

    async def _tell(self, command: SendCommand) -> None:
        await follow(self._with.outbox.send([command]), command.correlation_id)


def composed(
    message_id: str, sending: OutboundContent, author: str, at: datetime, interaction: Interaction, correlation_id: str
) -> StoredMessage:
    """A message of an agent's in an interaction; its number in the log is given when it is stored."""
    return StoredMessage.queued(
        message_id,
        sending,
        author,
        at,
        event_id=message_id,
        correlation_id=correlation_id,
        interaction_id=interaction.id,
        account_id=interaction.account_id,
        contact_key=interaction.contact_key,
        sequence=0,
    )


def _same(known: StoredMessage, wanted: StoredMessage) -> StoredMessage:
    """The stored message of a key.

    Raises:
        Conflict: it says something else.
    """
    if (known.reply_to, _plain(known)) != (wanted.reply_to, _plain(wanted)):
        raise Conflict("there is another message under this key")
    return known


def _plain(message: StoredMessage) -> object:
    """What is sent, but for the id that is filled in from the list of templates."""
    sending = message.sending
    return sending.model_copy(update={"template_id": None}) if isinstance(sending, TemplateMessage) else sending


def message_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of answering."""
    api, one = MessageApi(dependencies), "/api/interactions/{id}"
    refusals = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
    yield Route(
        method="POST",
        path=f"{one}/messages",
        handler=api.send,
        access=WORKING,
        summary="Send the customer a message",
        tag=_TAG,
        request=MessageInput,
        query=ActingQuery,
        response=StoredMessage,
        status=HTTPStatus.CREATED,
        errors=refusals,
    )
    yield Route(
        method="POST",
        path=f"{one}/read",
        handler=api.read,
        access=WORKING,
        summary="Mark everything as read, and let the customer know",
        tag=_TAG,
        query=ActingQuery,
        response=Interaction,
        errors=refusals,
    )
    yield Route(
        method="POST",
        path=f"{one}/typing",
        handler=api.typing,
        access=WORKING,
        summary="Let the customer see that somebody is writing",
        tag=_TAG,
        query=ActingQuery,
        status=HTTPStatus.NO_CONTENT,
        errors=refusals,
    )
