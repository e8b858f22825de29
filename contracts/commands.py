"""What workers are told to do, in the imperative. Every command may come twice: the second changes nothing."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from contracts.base import Instant, Value
from contracts.interactions import AgentQueueEntry
from contracts.outbound import OutboundSignal


class ContactSeed(Value):
    """What is known of a sender at first sight, for the contact that is created once in the account's list.

    `alias` is another key of the same sender: who writes under that one is this contact as well.
    """

    list_id: str
    key: str
    name: str = ""
    alias: str | None = None


class Deliver(Value):
    """Bring the agent queues in line with an interaction as it is stored now.

    `settle` also ends the offers that no longer stand and frees the agents who held them. `contact` is created first
    when it is not there yet. `entries` are what it was decided to show: a worker who finds older ones in their places
    need not read the interaction; None has it read.
    """

    type: Literal["deliver"] = "deliver"
    correlation_id: str
    interaction_id: str
    settle: bool = False
    contact: ContactSeed | None = None
    entries: tuple[AgentQueueEntry, ...] | None = None


class Serve(Value):
    """Offer what waits for a target (`queue:ID` or `agent:ID`) to whoever is eligible for it now."""

    type: Literal["serve"] = "serve"
    correlation_id: str
    target: str


class Send(Value):
    """There is something to send in a conversation: what, stands in its messages with the state `queued`.

    A trigger and no more: one that is lost is made up for by the sweep, one that comes twice finds nothing to do.
    """

    type: Literal["send"] = "send"
    correlation_id: str
    account_id: str
    contact_key: str


class Tell(Value):
    """Give a customer's phone a signal. Lost or late, it is not made up for."""

    type: Literal["tell"] = "tell"
    correlation_id: str
    signal: OutboundSignal


SendCommand = Annotated[Send | Tell, Field(discriminator="type")]

SEND_COMMANDS: TypeAdapter[list[SendCommand]] = TypeAdapter(list[SendCommand])


class FetchMedia(Value):
    """Fetch the file of a stored message from the provider: the URLs expire."""

    type: Literal["fetch_media"] = "fetch_media"
    correlation_id: str
    account_id: str
    message_id: str


class SynchroniseTemplates(Value):
    """Read an account's templates from the provider."""

    type: Literal["synchronise_templates"] = "synchronise_templates"
    correlation_id: str
    account_id: str


class CheckAccount(Value):
    """Ask the provider whether an account's credentials are good; nothing else comes of it."""

    type: Literal["check_account"] = "check_account"
    correlation_id: str
    account_id: str


class CallWebhook(Value):
    """Call the endpoint of a `Webhook` entry that an interaction waits at; the answer is a `WebhookAnswered`.

    `step` is the run of the entry: together with the interaction it names the call. `body` is the JSON that is sent.
    An answer after `expires_at` comes too late: the list has gone on.
    """

    type: Literal["call_webhook"] = "call_webhook"
    correlation_id: str
    account_id: str
    contact_key: str
    interaction_id: str
    step: int
    url: str
    timeout: Annotated[int, Field(description="seconds")]
    expires_at: Instant
    body: str


ErrandCommand = Annotated[FetchMedia | SynchroniseTemplates | CheckAccount | CallWebhook, Field(discriminator="type")]
"""What takes long and needs no order: any sender may run it."""

ERRAND: TypeAdapter[ErrandCommand] = TypeAdapter(ErrandCommand)


Command = Annotated[Deliver | Serve, Field(discriminator="type")]

COMMANDS: TypeAdapter[list[Command]] = TypeAdapter(list[Command])


def queue_target(queue_id: str) -> str:
    """The distribution target of a queue."""
    return f"queue:{queue_id}"


def agent_target(agent_id: str) -> str:
    """The distribution target of a single agent."""
    return f"agent:{agent_id}"
