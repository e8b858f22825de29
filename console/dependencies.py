"""What the console works with, handed in by its composition root."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import SecretStr

from console.access_parts import AccessParts
from console.importing import Importer
from console.live_hub import LiveHub
from contracts.pipeline import Pipeline
from contracts.replay import LogFacts
from runtime.ai.assistant import Assistant
from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.media.seam import MediaStore
from runtime.publishing import Outbox
from runtime.store.account_checks import AccountCheckStore
from runtime.store.agent_queues import AgentQueues
from runtime.store.answers import AnswerStore
from runtime.store.assignments import Assignments
from runtime.store.configuration import ConfigurationStore
from runtime.store.contacts import ContactStore
from runtime.store.deadletters import DeadLetterStore
from runtime.store.figures import FigureStore
from runtime.store.imports import ImportStore
from runtime.store.interaction_lists import InteractionLists
from runtime.store.interactions import InteractionStore
from runtime.store.lifecycle import LifecycleStore
from runtime.store.notes import NoteStore
from runtime.store.outbound import OutboundStore
from runtime.store.presence import PresenceStore
from runtime.store.realtime import RealtimeStore
from runtime.store.rejections import RejectionStore
from runtime.store.replays import ReplayStore
from runtime.store.templates import TemplateStore
from runtime.store.video import VideoSessionStore
from runtime.store.whitelists import WhitelistRules
from runtime.video.links import VideoLinks
from runtime.video.seam import VideoProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleDependencies:
    """Stores, the way to the broker, the API's token, and settings.

    `event_log` looks what the event log holds, `pipeline` how the pipeline stands. `public_url` is the base URL under
    which providers reach the gateway; `webhook_hosts` are the hosts that routing may call.
    """

    configuration_store: ConfigurationStore
    configuration_cache: ConfigurationCache
    contacts: ContactStore
    imports: ImportStore
    importer: Importer
    interactions: InteractionStore
    interaction_lists: InteractionLists
    lifecycle: LifecycleStore
    notes: NoteStore
    rejections: RejectionStore
    assignments: Assignments
    presence: PresenceStore
    agent_queues: AgentQueues
    dead_letters: DeadLetterStore
    replays: ReplayStore
    event_log: Callable[[], Awaitable[LogFacts]]
    pipeline: Callable[[], Awaitable[Pipeline]]
    figures: FigureStore
    live: LiveHub
    realtime: RealtimeStore
    service_level_s: int
    outbound: OutboundStore
    answers: AnswerStore
    templates: TemplateStore
    account_checks: AccountCheckStore
    whitelist_rules: WhitelistRules
    media: MediaStore
    media_max_bytes: int
    assistant: Assistant
    video: VideoProvider
    video_sessions: VideoSessionStore
    video_links: VideoLinks
    outbox: Outbox
    access: AccessParts
    token: SecretStr
    clock: Clock
    public_url: str
    webhook_hosts: frozenset[str]
