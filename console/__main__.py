"""The console's composition root: `python -m console`."""

import sys
from functools import partial

from pydantic import SecretStr

from console.access_masking import PURPOSE as MASKED
from console.access_parts import access_parts
from console.app import build_console
from console.dependencies import ConsoleDependencies
from console.importing import Importer, kinds_of
from console.live_hub import LiveHub
from contracts.errors import SetupFault
from contracts.topology import LIVE
from runtime.ai.assistant import Assistant
from runtime.broker import EventLog
from runtime.crypto import sealer
from runtime.eventlog import log_facts
from runtime.foundation import Foundation
from runtime.http.client import OutboundHttp
from runtime.http.endpoints import Endpoints
from runtime.pipeline import PipelineReader
from runtime.process import HttpServer, Process, main
from runtime.settings import Settings, host_names
from runtime.store.account_checks import AccountCheckStore
from runtime.store.answers import AnswerStore
from runtime.store.contact_batches import ContactBatches
from runtime.store.contacts import ContactStore
from runtime.store.deadletters import DeadLetterStore
from runtime.store.figures import FigureStore
from runtime.store.imports import ImportStore
from runtime.store.interaction_lists import InteractionLists
from runtime.store.lifecycle import LifecycleStore
from runtime.store.membership import Roll
from runtime.store.notes import NoteStore
from runtime.store.outbound import OutboundStore
from runtime.store.realtime import RealtimeStore
from runtime.store.rejections import RejectionStore
from runtime.store.replays import ReplayStore
from runtime.store.templates import TemplateStore
from runtime.store.video import VideoSessionStore
from runtime.store.whitelists import WhitelistRules
from runtime.video.generic import GenericVideo
from runtime.video.links import video_links


def compose(process: Process) -> None:
    """Put the console together."""
    base = Foundation(process, inlet=True)
    settings = base.settings
    http = process.add(OutboundHttp(settings.allowed_hosts, settings.integration_timeout_s))
    imports, rules = ImportStore(base.store, base.clock), WhitelistRules(base.store)
    dependencies = ConsoleDependencies(
        configuration_store=base.configuration_store,
        configuration_cache=base.configuration,
        contacts=ContactStore(base.store),
        imports=imports,
        importer=process.add(Importer(imports, kinds_of(ContactBatches(base.store), rules))),
        interactions=base.interactions,
        interaction_lists=InteractionLists(base.store),
        lifecycle=LifecycleStore(base.store, base.interactions, base.assignments, base.presence, base.clock),
        notes=NoteStore(base.store),
        rejections=RejectionStore(base.store),
        assignments=base.assignments,
        presence=base.presence,
        agent_queues=base.agent_queues,
        dead_letters=DeadLetterStore(base.store),
        replays=ReplayStore(base.store),
        event_log=partial(log_facts, EventLog(base.broker), settings.event_log_max_bytes, settings.event_log_max_age),
        pipeline=PipelineReader(
            base.broker,
            Roll(base.store),
            DeadLetterStore(base.store),
            lambda: base.layout.count,
            settings.member_ttl_s,
            base.clock,
        ).read,
        figures=FigureStore(base.store),
        live=process.add(LiveHub(EventLog(base.broker, LIVE), base.configuration, base.metrics, base.clock)),
        realtime=RealtimeStore(base.store),
        service_level_s=settings.service_level_s,
        outbound=OutboundStore(base.store),
        answers=AnswerStore(base.store),
        templates=TemplateStore(base.store),
        account_checks=AccountCheckStore(base.store),
        whitelist_rules=rules,
        media=base.media,
        media_max_bytes=settings.media_max_bytes,
        assistant=Assistant(_endpoints(http, settings)),
        video=GenericVideo(_endpoints(http, settings)),
        video_sessions=VideoSessionStore(base.store),
        video_links=video_links(settings),
        outbox=base.outbox,
        access=access_parts(base.store, settings, sealer(settings, MASKED)),
        token=_token(settings),
        clock=base.clock,
        public_url=settings.public_url,
        webhook_hosts=host_names(settings.webhook_hosts),
    )
    process.health.register("live", dependencies.live.check)
    process.add(HttpServer(build_console(dependencies), settings.host, settings.port, "console"))


def _endpoints(http: OutboundHttp, settings: Settings) -> Endpoints:
    """Those of one integration: a slow one takes no turn from the other."""
    return Endpoints(http, settings.integration_timeout_s, settings.integration_at_once)


def _token(settings: Settings) -> SecretStr:
    if settings.console_token is not None:
        return settings.console_token
    if settings.console_token_file is None:
        raise SetupFault("the API has no token: set SWITCHBOARD_CONSOLE_TOKEN or SWITCHBOARD_CONSOLE_TOKEN_FILE")
    try:
        return SecretStr(settings.console_token_file.read_text(encoding="utf-8").strip())
    except OSError as error:
        raise SetupFault(f"the file of the API's token cannot be read: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main("console", compose))
