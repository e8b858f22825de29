"""Starting a conversation: an agent writes first, with a template, and owns the interaction that it opens."""

from collections.abc import Iterator
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from console.agents import follow
from console.clicks import Clicks, associated
from console.dependencies import ConsoleDependencies
from console.messages import Key, MessageApi, composed
from contracts.access import WORKING
from contracts.accounts import Account
from contracts.base import Id, Value, new_id
from contracts.commands import Send
from contracts.contacts import Contact, contact_id, identity
from contracts.errors import ConfigurationFault, Conflict, NotFound
from contracts.events import InteractionChange
from contracts.interactions import Interaction, InteractionState
from contracts.lifecycle import assigning, moved
from contracts.outbound import TemplateMessage
from contracts.partitioning import conversation_key
from contracts.queues import Agent
from contracts.stored import StoredMessage
from runtime.http import Call, Route
from runtime.store.loading import Loaded

ATTEMPTS = 5


class StartInput(Value):
    """To whom (a number, or the provider's id of them), and the template that is sent."""

    contact: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    template: TemplateMessage
    key: Key | None = Field(
        None, description="Chosen by the client: sent again under the same key, it is the same message."
    )


class StartQuery(Value):
    """Who starts it."""

    agent: Id


class StartApi:
    """The operation that starts an interaction."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._with = dependencies
        self._clicks = Clicks(dependencies)
        self._messages = MessageApi(dependencies)

    async def start(self, call: Call[StartInput, StartQuery]) -> Interaction:
        """Open an interaction with a template, or send it in the open one, if that is the agent's."""
        account = await self._with.configuration_store.get(Account, call.path["id"])
        if account is None:
            raise NotFound(f"there is no account {call.path['id']}")
        agent = await self._clicks.agent(call.query.agent)
        associated(account, agent.id)
        contact_key, number = _contact(call.body.contact)
        conversation, home = conversation_key(account.id, contact_key), contact_id(account.list_id, contact_key)
        await self._with.interactions.create_contacts(
            [Contact(id=home, list_id=account.list_id, key=contact_key, number=number)]
        )
        for _ in range(ATTEMPTS):
            loaded = await self._with.interactions.load([conversation], [home], [])
            contact = loaded.contacts.get(home)
            wanted = self._interaction(account, contact_key, contact, loaded, call.correlation_id)
            interaction = loaded.interactions.get(conversation) or moved(
                wanted, assigning(wanted, agent.id, self._with.clock())
            )
            started = await self._send(call, interaction, agent, joins=conversation in loaded.interactions)
            if started is not None:
                return started
        raise Conflict("the conversation changes all the time: try again")

    async def _send(
        self, call: Call[StartInput, StartQuery], interaction: Interaction, agent: Agent, *, joins: bool
    ) -> Interaction | None:
        """Have the template sent; None where the interaction is not there (any more), or is there already."""
        message = self._message(call, interaction, agent.id)
        known = await self._with.answers.message(message.id)
        if known is not None:
            return await self._clicks.interaction(known.interaction_id)
        if joins and (interaction.owner != agent.id or interaction.state is not InteractionState.ASSIGNED):
            raise Conflict(_taken(interaction))
        message = await self._checked(message, interaction)
        if joins:
            after, _ = await self._with.answers.add(message, agent.id)
            await self._with.agent_queues.show([after])
        else:
            numbered = message.model_copy(update={"sequence": 1})
            settled = await self._with.lifecycle.start(interaction, numbered, agent)
            if settled is None:
                return None
            after = await self._clicks.done(settled, InteractionChange.STARTED, agent.id)
        told = Send(correlation_id=call.correlation_id, account_id=after.account_id, contact_key=after.contact_key)
        await follow(self._with.outbox.send([told]), call.correlation_id)
        return after

    async def _checked(self, message: StoredMessage, interaction: Interaction) -> StoredMessage:
        try:
            return await self._messages.check(message, interaction)
        except ConfigurationFault as fault:
            raise ConfigurationFault(fault.field.replace("content", "template", 1), fault.rule) from None

    def _interaction(
        self, account: Account, contact_key: str, contact: Contact | None, loaded: Loaded, correlation_id: str
    ) -> Interaction:
        now, conversation = self._with.clock(), conversation_key(account.id, contact_key)
        return Interaction(
            id=f"i{new_id()}",
            account_id=account.id,
            account_key=account.key,
            contact_key=contact_key,
            contact_id=contact.id if contact else contact_id(account.list_id, contact_key),
            contact_name=contact.name if contact else "",
            conversation=conversation,
            correlation_id=correlation_id,
            previous_agent=loaded.previous_agents.get(conversation),
            opened_at=now,
            first_outbound_at=now,
            last_outbound_at=now,
            sequence=1,
            inactivity=account.inactivity_timeout,
            version=1,
        )

    def _message(self, call: Call[StartInput, StartQuery], interaction: Interaction, agent_id: str) -> StoredMessage:
        key = call.body.key
        named = f"{interaction.conversation}:{agent_id}:{key}".encode()
        message_id = sha256(named).hexdigest()[:32] if key else new_id()
        return composed(message_id, call.body.template, agent_id, self._with.clock(), interaction, call.correlation_id)


def _contact(name: str) -> tuple[str, str | None]:
    try:
        return identity(name)
    except ConfigurationFault as fault:
        raise ConfigurationFault("contact", fault.rule) from None


def _taken(interaction: Interaction) -> str:
    if interaction.owner is None:
        return "there is an open interaction with this contact, and it is nobody's yet"
    if interaction.state is not InteractionState.ASSIGNED:
        return f"there is an open interaction with this contact: it is {interaction.state}, {interaction.owner}'s"
    return f"there is an open interaction with this contact, and it is {interaction.owner}'s"


def start_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The route of starting an interaction."""
    yield Route(
        method="POST",
        path="/api/accounts/{id}/interactions",
        handler=StartApi(dependencies).start,
        access=WORKING,
        summary="Start an interaction with a template",
        tag="interactions",
        request=StartInput,
        query=StartQuery,
        response=Interaction,
        status=HTTPStatus.CREATED,
        errors=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    )
