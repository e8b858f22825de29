"""What is no longer kept is said, with the oldest time there is."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from contracts.replay import Replay
from runtime.broker import EventLog
from runtime.broker.stream import Bounds, LogEntry
from runtime.eventlog import log_facts, received_at, too_early
from tests.parts import NOW, account, bundle, message, people, queue
from tests.router.replay.conftest import Site

QUEUE = {"action": "Queue", "queue": "sales", "timeout": 600}
BODY = orjson.dumps([{"received_at": NOW.isoformat()}])


def bounds(first: int) -> Bounds:
    return Bounds(LogEntry(first, BODY), LogEntry(first + 9, BODY))


def asked(since: int | None, cursor: int | None = None) -> Replay:
    wanted: dict[str, Any] = {"since": NOW + timedelta(seconds=since)} if since is not None else {}
    return Replay.model_validate({"id": "r", "created_at": NOW, "filter": wanted, "cursor": cursor})


@pytest.mark.parametrize(
    ("replay", "first", "refused"),
    [
        (asked(None), 7, False),
        (asked(0), 7, False),
        (asked(-1), 7, True),
        (asked(-1), 0, False),
        (asked(-1, cursor=7), 7, False),
        (asked(None, cursor=6), 7, True),
    ],
)
def test_only_what_was_there_once_and_is_gone_is_refused(replay: Replay, first: int, refused: bool) -> None:
    reason = too_early(replay, bounds(first))
    assert bool(reason) is refused
    assert not refused or NOW.isoformat() in reason


@pytest.mark.parametrize("body", [b"{", b"{}", b"[]", b'[{"received_at": 3}]', b"[3]"])
def test_a_bundle_that_cannot_be_read_has_no_time(body: bytes) -> None:
    assert received_at(body) is None


def test_the_time_of_a_bundle_is_that_of_its_earliest_event() -> None:
    events = [message("+390000000001", f"m{n}", received_at=NOW + timedelta(seconds=9 - n)) for n in range(3)]
    assert received_at(bundle(*events)) == NOW + timedelta(seconds=7)


async def test_the_facts_of_a_log_are_its_ends_and_its_size(site: Site) -> None:
    log = EventLog(site.parts.broker)
    empty = await log_facts(log, 10**9, "7D")
    assert (empty.oldest_at, empty.messages, empty.max_age) == (None, 0, "7D")
    await site.parts.configure(*people("ann"), queue(agents=("ann",)), account([QUEUE]))
    await site.happen(*[message(f"+39000000000{n}", f"m{n}", received_at=NOW + timedelta(seconds=n)) for n in range(5)])
    facts = await log_facts(log, 10**9, "7D")
    assert (facts.oldest_at, facts.newest_at) == (NOW, NOW + timedelta(seconds=4))
    assert facts.messages == 5
    assert 5 * 300 < facts.bytes < 5 * 2000


async def test_a_replay_over_an_empty_log_or_a_time_without_events_is_done_at_once(site: Site) -> None:
    assert (await site.replay()).state == "done"
    await site.parts.configure(*people("ann"), queue(agents=("ann",)), account([QUEUE]))
    await site.happen(message("+390000000001", "m1", received_at=NOW))
    late = await site.replay(filter={"since": NOW + timedelta(days=400)})
    assert (late.state, late.counts.get("matched")) == ("done", None)
