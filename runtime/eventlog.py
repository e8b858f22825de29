"""What the event log holds, for whoever asks: how far back it goes, and how large it is."""

from datetime import datetime

import orjson

from contracts.replay import LogFacts, Replay
from runtime.broker import EventLog
from runtime.broker.stream import Bounds


def received_at(body: bytes) -> datetime | None:
    """When the earliest event of a bundle was received; None where it cannot be read."""
    try:
        items = orjson.loads(body)
        times = [datetime.fromisoformat(item["received_at"]) for item in items]
    except (ValueError, TypeError, KeyError):
        return None
    return min(times, default=None)


def too_early(replay: Replay, bounds: Bounds) -> str:
    """The sentence for a replay that asks for what is no longer kept; empty where all of it is there."""
    first = bounds.first
    if first.offset == 0:
        return ""
    oldest = received_at(first.body)
    oldest_at = oldest.isoformat() if oldest else "an unknown time"
    since = replay.filter.since
    if replay.cursor is not None and replay.cursor < first.offset:
        return f"what this replay was to go on with is no longer kept: the event log begins at {oldest_at}"
    if replay.cursor is None and since is not None and oldest is not None and since < oldest:
        return f"the time from {since.isoformat()} on is no longer kept: the event log begins at {oldest_at}"
    return ""


async def log_facts(event_log: EventLog, max_bytes: int, max_age: str) -> LogFacts:
    """How far back the log goes and how large it is, about.

    Raises:
        Unavailable: the broker is away.
    """
    bounds = await event_log.bounds()
    if bounds is None:
        return LogFacts(max_bytes=max_bytes, max_age=max_age)
    messages = bounds.last.offset - bounds.first.offset + 1
    sample = (len(bounds.first.body) + len(bounds.last.body)) / 2
    return LogFacts(
        oldest_at=received_at(bounds.first.body),
        newest_at=received_at(bounds.last.body),
        first_offset=bounds.first.offset,
        last_offset=bounds.last.offset,
        messages=messages,
        bytes=round(messages * sample),
        max_bytes=max_bytes,
        max_age=max_age,
    )
