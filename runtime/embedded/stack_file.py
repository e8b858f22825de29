"""What a running stack writes down, so that other commands find it: `stack.json` in the state directory."""

import os
from pathlib import Path
from typing import Self

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

_NAME = "stack.json"


class StackInfo(BaseModel):
    """Where a stack answers. Written with mode 0600, for the URLs of given services may hold passwords.

    `health_urls` and `pids` are by process, `router-0` for example; `<health_url>/ready` tells whether it is ready.
    `sandbox_url` is None where the sandbox was not to run.
    `supervisor_started` tells the supervisor from a later process with the same pid (seconds since the epoch).
    """

    model_config = ConfigDict(frozen=True)

    gateway_url: str
    console_url: str
    amqp_url: str
    mongo_url: str
    management_url: str | None
    sandbox_url: str | None = None
    token_file: Path
    log_directory: Path
    health_urls: dict[str, str]
    pids: dict[str, int]
    supervisor_pid: int
    supervisor_started: float

    def write(self, state_dir: Path) -> None:
        """Put the file in its place, all at once."""
        draft = state_dir / f"{_NAME}.draft"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.model_dump_json(indent=2))
        draft.replace(state_dir / _NAME)

    @classmethod
    def read(cls, state_dir: Path) -> Self | None:
        """What the file says; None when there is none, or one of another version."""
        try:
            return cls.model_validate_json((state_dir / _NAME).read_text())
        except (FileNotFoundError, ValidationError):
            return None


def supervisor() -> tuple[int, float]:
    """This process: its pid, and when it started."""
    own = psutil.Process()
    return own.pid, own.create_time()


def forget_stack(state_dir: Path) -> None:
    """Remove the file."""
    (state_dir / _NAME).unlink(missing_ok=True)


def running_stack(state_dir: Path) -> StackInfo | None:
    """The stack that runs over the directory; None when there is none, or its supervisor was killed."""
    info = StackInfo.read(state_dir)
    if info is None:
        return None
    try:
        started = psutil.Process(info.supervisor_pid).create_time()
    except psutil.NoSuchProcess:
        return None
    return info if abs(started - info.supervisor_started) < 1 else None
