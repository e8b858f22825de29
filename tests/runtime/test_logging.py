"""Lines of the log, as another program reads them."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from runtime.logging import configure_logging, get_logger
from runtime.settings import Settings


@pytest.fixture(autouse=True)
def _own_configuration() -> Iterator[None]:
    handlers = logging.root.handlers[:]
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.root.handlers[:] = handlers


def test_a_line_is_one_json_object_with_process_module_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(), "router")
    log = get_logger("router.service")
    log.debug("not.shown")
    log.info("event.parked", correlation_id="c1", secret=SecretStr("sesame"), url=Settings().amqp_url)

    (line,) = capsys.readouterr().err.splitlines()
    fields = json.loads(line)
    assert (fields["event"], fields["level"], fields["process"]) == ("event.parked", "info", "router")
    assert (fields["module"], fields["correlation_id"], fields["secret"]) == ("router.service", "c1", "**********")
    assert fields["timestamp"].endswith("Z")


def test_a_stack_stands_within_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(), "router")
    try:
        int("odd")
    except ValueError:
        get_logger("m").exception("it.failed")

    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: invalid literal" in json.loads(line)["exception"]


def test_text_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="text", log_level="debug"), "router")
    get_logger("m").debug("it.happened", count=3)

    line = capsys.readouterr().err
    assert "it.happened" in line
    assert "count=3" in line
