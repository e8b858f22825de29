"""What a decision is taken from and what it consists of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from contracts.commands import ContactSeed
from contracts.contacts import Contact
from contracts.interactions import Interaction, InteractionState, TraceEntry
from contracts.messages import InboundMessage

ROUTED = frozenset({InteractionState.ROUTING, InteractionState.WAITING, InteractionState.OFFERED})
"""The states in which an interaction is the list's; once an agent owns it nothing is routed."""


class QueueFigures(NamedTuple):
    """A queue at this moment: interactions that wait in it, its members who are available, and those who are there at
    all, paused or not."""

    waiting: int
    agents_available: int
    agents_logged_in: int


@dataclass(frozen=True, slots=True)
class ConversationState:
    """What is stored about a conversation.

    `interaction` is the open one; `last`, the closed one before it, is needed where the account opens that again.
    `lists` are the ids of the contact lists that hold the sender, of those that `CompiledAccount.lists` asks for, and
    `whitelists` the keys of those with a rule that names them, of `CompiledAccount.whitelists`.
    `queues` (by name) is needed where `CompiledAccount.uses_queue`, `message` (the customer's last one) where
    `uses_message` and the event brings none: a condition that lacks them fails and is passed over. `previous_agent` is
    who last served the contact.
    """

    interaction: Interaction | None = None
    contact: Contact | None = None
    lists: frozenset[str] = frozenset()
    whitelists: frozenset[str] = frozenset()
    queues: Mapping[str, QueueFigures] = field(default_factory=dict)
    previous_agent: str | None = None
    message: InboundMessage | None = None
    last: Interaction | None = None

    def opened(self, interaction_id: str) -> Interaction | None:
        """The open interaction, if it is this one."""
        interaction = self.interaction
        return interaction if interaction and interaction.id == interaction_id and interaction.open else None

    def routed(self, interaction_id: str) -> Interaction | None:
        """The open interaction, if it is this one and no agent has it yet."""
        interaction = self.opened(interaction_id)
        return interaction if interaction and interaction.state in ROUTED else None


@dataclass(frozen=True, slots=True)
class StoreMessage:
    """The event's message joins this interaction as its number `sequence`, counted from 1."""

    interaction_id: str
    sequence: int


@dataclass(frozen=True, slots=True)
class RejectSender:
    """The sender is not admitted: no contact, no interaction. `refusal` may be said to them, not too often."""

    reason: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class SendReply:
    """The entry at `position` says this to the customer, as number `sequence` of the interaction's log."""

    position: int
    sequence: int
    text: str


@dataclass(frozen=True, slots=True)
class CallEndpoint:
    """The walk waits for the answer of an endpoint; `contracts.commands.CallWebhook` says what the fields mean."""

    interaction_id: str
    step: int
    url: str
    timeout: int
    expires_at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class SeedContact:
    """The contact is to be created, or its empty name to be filled."""

    contact: ContactSeed


@dataclass(frozen=True, slots=True)
class Notify:
    """Agent queues are to be brought in line with the interaction; `settle` also ends the offers that have fallen."""

    settle: bool


@dataclass(frozen=True, slots=True)
class ServeTarget:
    """There is something to offer for this target (`contracts.commands.Serve`)."""

    target: str


@dataclass(frozen=True, slots=True)
class RecordStatus:
    """The event's delivery status is to be recorded."""


@dataclass(frozen=True, slots=True)
class RecordNotice:
    """The event's notice is to be recorded."""


Effect = (
    StoreMessage
    | RejectSender
    | SendReply
    | CallEndpoint
    | SeedContact
    | Notify
    | ServeTarget
    | RecordStatus
    | RecordNotice
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes of an event: the interaction's new value (None: as it was), what is to be done, and the walk."""

    interaction: Interaction | None = None
    effects: tuple[Effect, ...] = ()
    trace: tuple[TraceEntry, ...] = ()
