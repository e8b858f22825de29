"""Structured logs: events with fields, one JSON object a line, or text for people.

What runs through one conversation carries `correlation_id`: it is made at the door and stands in every later line, in
the stored message, the routing trace and the agent queue. Message text is never logged; a field that holds a secret
is a `SecretStr`, which prints as asterisks.
"""

import logging
import sys

import orjson
import structlog
from structlog.typing import FilteringBoundLogger, Processor

from runtime.settings import Settings


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger whose lines name the module."""
    logger: FilteringBoundLogger = structlog.get_logger(module=name)
    return logger


def _dumps(value: object, **_options: object) -> str:
    return orjson.dumps(value, default=str).decode()


def configure_logging(settings: Settings, process: str) -> None:
    """Set the severity and form of all logs of this process; `process` stands in every line."""
    as_json = settings.log_format == "json"
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_dumps)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
