"""Drives a sandbox that runs: its control API, for the demonstration, the command line and tests."""

import base64
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import TypeAdapter

from contracts.errors import SwitchboardError, Unavailable
from runtime.http.client import tls
from runtime.sandbox.customers import Said, Told
from runtime.sandbox.faults import Fault, FaultInput
from runtime.sandbox.phones import Phone
from runtime.sandbox.seam import PlayedNumber

TIMEOUT_S = 60.0
"""A message that the gateway does not take is tried again for some time before the sandbox says so."""

_TOLD: TypeAdapter[list[Told]] = TypeAdapter(list[Told])
_PHONES: TypeAdapter[list[Phone]] = TypeAdapter(list[Phone])
_FAULTS: TypeAdapter[list[Fault]] = TypeAdapter(list[Fault])


class SandboxClient:
    """The control API of the sandbox at a URL; an asynchronous context manager, or to be closed.

    Every method raises `Unavailable` where no sandbox answers, and `SwitchboardError` with its sentence where it
    refuses.
    """

    def __init__(self, url: str, connections: int = 32) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{url}/control",
            timeout=TIMEOUT_S,
            verify=tls(),
            trust_env=False,
            limits=httpx.Limits(max_connections=connections),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def put_numbers(self, numbers: Iterable[PlayedNumber]) -> None:
        """Add numbers, with their credentials."""
        await self._call("PUT", "/numbers", {"numbers": [number.model_dump() for number in numbers]})

    async def say(self, account: str, said: Sequence[Said], *, together: bool = False, repeat: int = 0) -> list[Told]:
        """Have customers of an account (its key) say something."""
        messages = [one.model_dump(mode="json") for one in said]
        body = {"account": account, "messages": messages, "together": together, "repeat": repeat}
        return _TOLD.validate_python((await self._call("POST", "/say", body))["items"])

    async def put_file(self, mime_type: str, filename: str, content: bytes) -> str:
        """The id by which a file can be said from now on."""
        body = {"mime_type": mime_type, "filename": filename, "content": base64.b64encode(content).decode()}
        return str((await self._call("POST", "/files", body))["media_id"])

    async def phones(self, account: str | None = None, contact: str | None = None) -> list[Phone]:
        """What customers' phones show."""
        query = {name: value for name, value in (("account", account), ("contact", contact)) if value is not None}
        return _PHONES.validate_python((await self._call("GET", "/phones", query=query))["items"])

    async def fault(self, wanted: FaultInput) -> Fault:
        """Have something go wrong."""
        return Fault.model_validate(await self._call("POST", "/faults", wanted.model_dump(mode="json")))

    async def faults(self) -> list[Fault]:
        """What is still to go wrong."""
        return _FAULTS.validate_python((await self._call("GET", "/faults"))["items"])

    async def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        await self._call("DELETE", "/faults")

    async def reset(self, *, numbers: bool = False) -> None:
        """Forget chats, files and faults, and the numbers if asked."""
        await self._call("POST", "/reset", {"numbers": numbers})

    async def _call(
        self, method: str, path: str, body: object = None, query: dict[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            answer = await self._client.request(method, path, json=body, params=query)
        except httpx.HTTPError as error:
            raise Unavailable(f"no sandbox answers at {self._client.base_url} ({type(error).__name__})") from error
        if answer.is_error:
            raise SwitchboardError(f"the sandbox refuses: {_sentence(answer)}")
        return dict(answer.json()) if answer.content else {}


def _sentence(answer: httpx.Response) -> str:
    problem = answer.json()
    faults = "; ".join(f"{fault['field']}: {fault['rule']}" for fault in problem.get("errors", ()))
    return faults or str(problem.get("detail", answer.status_code))
