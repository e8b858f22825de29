"""Asks a process on this host how it is: `python -m runtime.health_probe [live|ready]`; exit code 0 when it is well.

For the health checks of containers, whose images have no HTTP client of their own.
"""

import sys
import urllib.error
import urllib.request

from runtime.settings import Settings

_TIMEOUT_S = 4.0


def probe(port: int, page: str) -> int:
    """0 when the health page on this port of the loopback address answers well, 1 otherwise."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=_TIMEOUT_S):
            return 0
    except (urllib.error.URLError, OSError) as error:
        sys.stderr.write(f"{page}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(probe(Settings().health_port, sys.argv[1] if len(sys.argv) > 1 else "live"))
