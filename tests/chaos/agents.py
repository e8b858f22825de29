"""Agents who do nothing but take what they are offered, answer what is unread, and close what they have answered.

Each answer has a key: what the API has not said to have taken is said again under the same key, so that an answer is
one message however often the agent clicks.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from runtime.logging import get_logger
from tests.chaos.customers import until
from tests.chaos.ledger import Conversation
from tests.integration.site import Site

log = get_logger(__name__)

EVERY_S = 0.4
MOST_ANSWERS = 3
"""After so many an interaction is closed; the customer's next message opens another one."""
MOST_AT_ONCE = 10
"""Of what is in front of them, before they look again."""
Entry = Mapping[str, Any]


@dataclass
class Agent:
    """One agent at work. `pending` are the words of answers that are said and not known to be taken."""

    site: Site
    id: str
    conversations: Mapping[tuple[str, str], Conversation]
    pending: dict[str, str] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)

    async def work_until(self, stop: asyncio.Event) -> None:
        """Work until the end, and then until the last answer is taken."""
        await until(stop, self._look, EVERY_S)
        await self.finish()

    async def finish(self) -> None:
        """Say what is not known to be taken until it is; or until it can no longer be said."""
        while self.pending:
            await self._look()
            await asyncio.sleep(EVERY_S)

    async def _look(self) -> None:
        found = await self._call("GET", f"/api/agents/{self.id}/queue")
        if found is None or found.is_error:
            return
        entries = list(found.json()["items"])
        for gone in self.pending.keys() - {entry["interaction_id"] for entry in entries}:
            await self._say(gone, None)
        for entry in [entry for entry in entries if self._concerned(entry)][:MOST_AT_ONCE]:
            await self._attend(entry)

    def _concerned(self, entry: Entry) -> bool:
        """Whether there is something to be done about an entry."""
        interaction = entry["interaction_id"]
        done = self.said.get(interaction, 0) >= MOST_ANSWERS
        return bool(entry["kind"] == "offer" or entry["unread"] or interaction in self.pending or done)

    async def _attend(self, entry: Entry) -> None:
        interaction = entry["interaction_id"]
        if entry["kind"] == "offer":
            await self._call("POST", f"/api/agents/{self.id}/queue/{interaction}/accept")
        elif entry["unread"] or interaction in self.pending:
            await self._say(interaction, self.conversations.get((entry["account_id"], entry["contact_key"])))
        else:
            await self._call("POST", f"/api/interactions/{interaction}/close", {"seen": entry["sequence"]})

    async def _say(self, interaction: str, conversation: Conversation | None) -> None:
        number = self.said.get(interaction, 0) + 1
        words = self.pending.setdefault(interaction, f"{interaction} answer {number}")
        body = {"content": {"kind": "text", "text": words}, "key": f"n{number}"}
        answer = await self._call("POST", f"/api/interactions/{interaction}/messages", body)
        if answer is None or answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            return
        self.said[interaction] = number
        del self.pending[interaction]
        if answer.is_success and conversation is not None:
            conversation.answers.append(words)
            await self._call("POST", f"/api/interactions/{interaction}/read")

    async def _call(self, method: str, path: str, body: object = None) -> httpx.Response | None:
        """What the API answers, also where it refuses; None where it does not answer."""
        began, answer = time.monotonic(), None
        with contextlib.suppress(httpx.HTTPError):
            answer = await self.site.api(method, path, body, **({"agent": self.id} if body is not None else {}))
        if answer is None or answer.is_error:
            status, took_s = answer and answer.status_code, round(time.monotonic() - began, 1)
            log.info("chaos.click_failed", method=method, path=path, status=status, took_s=took_s)
        return answer
