"""Stands in for a process of Switchboard: serves its health pages and tells its environment, or ends at once."""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Pages(BaseHTTPRequestHandler):
    """`/live` and `/ready` are well, the latter unless the file `STAND_IN_WAITS` is there; `/environment` is what the
    supervisor handed over."""

    def do_GET(self) -> None:
        body = json.dumps(dict(os.environ)) if self.path == "/environment" else '{"status": "ready"}'
        waits = self.path == "/ready" and Path(os.environ.get("STAND_IN_WAITS", os.devnull)).is_file()
        self.send_response(503 if waits else 200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    if sys.argv[1:] == ["broken"]:
        sys.exit("the configuration is broken")
    HTTPServer(("127.0.0.1", int(os.environ["SWITCHBOARD_HEALTH_PORT"])), Pages).serve_forever()
