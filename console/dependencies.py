"""What the console works with, handed in by its composition root."""

from dataclasses import dataclass

from pydantic import SecretStr

from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.media.seam import MediaStore
from runtime.publishing import Outbox
from runtime.store.agent_queues import AgentQueues
from runtime.store.answers import AnswerStore
from runtime.store.assignments import Assignments
from runtime.store.configuration import ConfigurationStore
from runtime.store.deadletters import DeadLetterStore
from runtime.store.figures import FigureStore
from runtime.store.interactions import InteractionStore
from runtime.store.outbound import OutboundStore
from runtime.store.presence import PresenceStore
from runtime.store.templates import TemplateStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleDependencies:
    """Stores, the way to the broker, the API's token, and settings.

    `public_url` is the base URL under which providers reach the gateway; `webhook_hosts` are the hosts that routing may
    call.
    """

    configuration_store: ConfigurationStore
    configuration_cache: ConfigurationCache
    interactions: InteractionStore
    assignments: Assignments
    presence: PresenceStore
    agent_queues: AgentQueues
    dead_letters: DeadLetterStore
    figures: FigureStore
    outbound: OutboundStore
    answers: AnswerStore
    templates: TemplateStore
    media: MediaStore
    media_max_bytes: int
    outbox: Outbox
    token: SecretStr
    clock: Clock
    public_url: str
    webhook_hosts: frozenset[str]
