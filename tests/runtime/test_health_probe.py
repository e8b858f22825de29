import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from runtime.health_probe import probe


class Pages(BaseHTTPRequestHandler):
    """Live and not ready."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/live" else 503)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_exit_code_is_zero_only_when_the_page_is_well(port: int) -> None:
    assert probe(port, "live") == 0
    assert probe(port, "ready") == 1


def test_a_process_that_does_not_answer_is_not_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert probe(1, "live") == 1
    assert capsys.readouterr().err.startswith("live: ")
