"""Replies that may be given again for a while, such as tokens: asked for once, however many wait for the same one."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import orjson

from gateway.providers.delivery import HttpCall, HttpReply

FRESH_S = 5.0
"""A reply as young as this is new enough for a call that asks for a new one: many may find out at once that they need
it."""


@dataclass(slots=True)
class Entry:
    """The last reply to a call, made at `at`; good until `until`."""

    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    reply: HttpReply | None = None
    at: float = 0.0
    until: float = 0.0


class Kept:
    """The replies that are kept, by the call that they answer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: dict[bytes, Entry] = {}

    async def reply(self, call: HttpCall, ask: Callable[[], Awaitable[HttpReply]]) -> HttpReply:
        """The kept reply to a call, or a new one by `ask`, kept where it is one of success."""
        entry = self._entry(call)
        async with entry.asking:
            now = self._clock()
            good = entry.reply is not None and now < entry.until
            if entry.reply is not None and good and not (call.renew and now - entry.at > FRESH_S):
                return entry.reply
            reply = await ask()
            if reply.ok:
                entry.reply, entry.at, entry.until = reply, now, now + call.keep_s
            return reply

    def _entry(self, call: HttpCall) -> Entry:
        key = _digest(call)
        if key not in self._entries:
            now = self._clock()
            self._entries = {
                known: entry for known, entry in self._entries.items() if entry.asking.locked() or entry.until > now
            }
            self._entries[key] = Entry()
        return self._entries[key]


def _digest(call: HttpCall) -> bytes:
    """What tells calls apart; a digest, for it is made of credentials."""
    said = (call.method, call.url, call.headers, call.query, call.json, call.form, call.basic)
    return hashlib.sha256(orjson.dumps(said)).digest()
