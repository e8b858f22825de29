"""The console's composition root: `python -m console`."""

import sys

from pydantic import SecretStr

from console.app import build_console
from console.dependencies import ConsoleDependencies
from contracts.errors import SetupFault
from runtime.foundation import Foundation
from runtime.process import HttpServer, Process, main
from runtime.settings import Settings, host_names
from runtime.store.answers import AnswerStore
from runtime.store.deadletters import DeadLetterStore
from runtime.store.figures import FigureStore
from runtime.store.outbound import OutboundStore
from runtime.store.templates import TemplateStore


def compose(process: Process) -> None:
    """Put the console together."""
    base = Foundation(process)
    settings = base.settings
    dependencies = ConsoleDependencies(
        configuration_store=base.configuration_store,
        configuration_cache=base.configuration,
        interactions=base.interactions,
        assignments=base.assignments,
        presence=base.presence,
        agent_queues=base.agent_queues,
        dead_letters=DeadLetterStore(base.store),
        figures=FigureStore(base.store),
        outbound=OutboundStore(base.store),
        answers=AnswerStore(base.store),
        templates=TemplateStore(base.store),
        media=base.media,
        media_max_bytes=settings.media_max_bytes,
        outbox=base.outbox,
        token=_token(settings),
        clock=base.clock,
        public_url=settings.public_url,
        webhook_hosts=host_names(settings.webhook_hosts),
    )
    process.add(HttpServer(build_console(dependencies), settings.host, settings.port, "console"))


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
