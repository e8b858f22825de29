"""The sandbox as a process of a stack: `python -m runtime.sandbox`, always on the loopback address."""

import sys

from runtime.process import Process, main
from runtime.sandbox.played import played_providers
from runtime.sandbox.server import compose_sandbox


def compose(process: Process) -> None:
    """Put the process together; the port is that of the settings, and so is the file of its numbers."""
    settings = process.settings
    compose_sandbox(process, played_providers(), port=settings.port, kept_in=settings.sandbox_numbers_file)


if __name__ == "__main__":
    sys.exit(main("sandbox", compose))
