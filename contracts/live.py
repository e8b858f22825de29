"""The live feed: that something has changed, in ids alone. Whoever is told looks it up, and sees what they may see."""

from enum import StrEnum

from pydantic import TypeAdapter

from contracts.base import Instant, Value


class LiveKind(StrEnum):
    """What has changed. `reset`: nobody knows what, for something was missed: look everything up again.

    `configuration` has the kind of what was configured as its id, `accounts` for example; `agent` is what an agent is
    doing; `agent_queue` what they have in front of them.
    """

    MESSAGE = "message"
    INTERACTION = "interaction"
    AGENT_QUEUE = "agent_queue"
    AGENT = "agent"
    CONFIGURATION = "configuration"
    RESET = "reset"


class LiveChange(Value):
    """A change as a browser is told of it; `at` is when it was told."""

    kind: LiveKind
    id: str
    interaction_id: str | None = None
    account_id: str | None = None
    agent_id: str | None = None
    at: Instant


class LiveEntry(LiveChange):
    """A change as it travels between our processes, with those whom it concerns beside the agents of its account: the
    members of these queues, and these agents."""

    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()


LIVE_ENTRIES: TypeAdapter[list[LiveEntry]] = TypeAdapter(list[LiveEntry])
"""A bundle: the entries of one AMQP message, in order."""
