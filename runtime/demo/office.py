"""The console's API as the demonstration uses it: an admin who configures, and agents who accept and answer."""

from typing import Any

import httpx

from contracts.errors import SwitchboardError
from runtime.embedded.stack_file import StackInfo

Json = dict[str, Any]
TIMEOUT_S = 30.0


class Office:
    """The API of a stack. Every method raises `SwitchboardError` with what the API refused, and why."""

    def __init__(self, stack: StackInfo) -> None:
        token = stack.token_file.read_text(encoding="utf-8").strip()
        headers = {"Authorization": f"Bearer {token}"}
        self._api = httpx.AsyncClient(base_url=stack.console_url, headers=headers, timeout=TIMEOUT_S, trust_env=False)

    async def close(self) -> None:
        """Close all connections."""
        await self._api.aclose()

    async def put(self, kind: str, value: Json) -> Json:
        """Have something be configured so, whether it is there already or not; as the API shows it."""
        body = {name: part for name, part in value.items() if name != "id"}
        answer = await self._api.put(f"/api/{kind}/{value['id']}", json=body)
        if answer.status_code == httpx.codes.NOT_FOUND:
            answer = await self._api.post(f"/api/{kind}", json=value)
        return _of(answer)

    async def any_of(self, kind: str) -> bool:
        """Whether there is anything of a kind."""
        return bool(_of(await self._api.get(f"/api/{kind}", params={"limit": 1}))["items"])

    async def add_rules(self, whitelist: str, rules: list[Json]) -> None:
        """Have a whitelist hold these rules, whether they are there already or not."""
        _of(await self._api.post(f"/api/whitelists/{whitelist}/rules", json={"rules": rules}))

    async def come_to_work(self, agent: str) -> None:
        """Have an agent be available."""
        _of(await self._api.put(f"/api/agents/{agent}/state", json={"state": "available"}))

    async def accept(self, agent: str, interaction: str) -> None:
        """Have an agent take what is offered."""
        _of(await self._api.post(f"/api/agents/{agent}/queue/{interaction}/accept"))

    async def answer(self, agent: str, interaction: str, words: str) -> None:
        """Have the agent who owns an interaction write to the customer."""
        body = {"content": {"kind": "text", "text": words}}
        _of(await self._api.post(f"/api/interactions/{interaction}/messages", json=body, params={"agent": agent}))

    async def walks(self, interaction: str) -> list[Json]:
        """How an interaction was routed."""
        return list(_of(await self._api.get(f"/api/interactions/{interaction}/trace"))["items"])


def _of(answer: httpx.Response) -> Json:
    if answer.is_error:
        request = answer.request
        raise SwitchboardError(f"{request.method} {request.url.path}: {answer.status_code} {answer.text}")
    return dict(answer.json())
