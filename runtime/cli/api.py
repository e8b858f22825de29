"""How commands talk to the console: where it is, with which token, and what it says when it refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import typer

from contracts.errors import SetupFault, SwitchboardError
from runtime.cli.up import settings_for_people
from runtime.embedded.stack_file import running_stack
from runtime.settings import Settings

TIMEOUT_S = 30


@contextmanager
def console_client(url: str | None, state_dir: Path) -> Iterator[httpx.Client]:
    """A client of the console: of the one at `url`, else of the stack that runs over the directory.

    Raises:
        SetupFault: there is no such stack, or no token.
        SwitchboardError: the console does not answer.
    """
    stack = running_stack(state_dir)
    if url is None and stack is None:
        raise SetupFault(f"no stack runs over {state_dir}: start one with `switchboard up`, or give --url")
    if url is None and stack is not None:
        base, token = stack.console_url, _read(stack.token_file)
    else:
        base, token = str(url), _token(settings_for_people())
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=base, headers=headers, timeout=TIMEOUT_S, trust_env=False) as client:
        try:
            yield client
        except httpx.HTTPError as error:
            raise SwitchboardError(f"the console does not answer: {type(error).__name__}") from error


def answer_of(response: httpx.Response) -> dict[str, Any]:
    """What the console answered.

    Raises:
        SwitchboardError: it refused; the sentence says why.
    """
    if not response.is_success:
        raise SwitchboardError(f"the console answered {response.status_code}: {detail_of(response)}")
    document: dict[str, Any] = response.json()
    return document


def detail_of(response: httpx.Response) -> str:
    """Why the console refused, in its own words."""
    try:
        problem = response.json()
    except ValueError:
        return "not in JSON"
    faults = "; ".join(f"{fault['field']}: {fault['rule']}" for fault in problem.get("errors", ()))
    return faults or str(problem.get("detail") or problem.get("title"))


def account_ids(client: httpx.Client, keys: list[str]) -> list[str]:
    """The ids of accounts that are named by key or id; what names none is an id of one that was deleted."""
    found = []
    for key in keys:
        items = answer_of(client.get("/api/accounts", params={"search": key, "limit": 500}))["items"]
        found.append(next((one["id"] for one in items if key.lower() in {one["key"].lower(), one["id"]}), key))
    return found


def moment(text: str | None, option: str) -> str | None:
    """A moment as the API takes it; one without an offset is this machine's time."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("must be a moment as in 2026-03-14T09:26:00+01:00", param_hint=option) from error
    return at.astimezone().isoformat()


def _token(settings: Settings) -> str:
    if settings.console_token is not None:
        return settings.console_token.get_secret_value()
    if settings.console_token_file is None:
        raise SetupFault("set SWITCHBOARD_CONSOLE_TOKEN or SWITCHBOARD_CONSOLE_TOKEN_FILE to the console's token")
    return _read(settings.console_token_file)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SetupFault(f"the file of the API's token cannot be read: {error.strerror}") from error
