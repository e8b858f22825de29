"""What should have been fetched by now is asked for again."""

from datetime import timedelta

from bson import ObjectId

from contracts.commands import FetchMedia
from contracts.content import Media
from contracts.stored import FileState, StoredFile, StoredMessage
from runtime.settings import Settings
from runtime.store.figures import FigureStore
from runtime.store.files import MessageFiles
from runtime.store.media import CHUNKS, UPLOADS, GridFSMedia
from tests.parts import NOW, Parts
from workers.clock import ClockWorker
from workers.files import FileSweep


def pending(number: int) -> StoredMessage:
    return StoredMessage(
        id=f"shop:m{number}",
        event_id=f"e{number}",
        correlation_id=f"c{number}",
        interaction_id="i1",
        account_id="shop",
        contact_key="+39333000001",
        direction="inbound",
        sequence=number,
        provider_id=f"m{number}",
        content=Media(kind="image", media_id="77"),
        file=StoredFile(state=FileState.PENDING),
        sent_at=NOW,
        received_at=NOW,
    )


def sweep_of(parts: Parts) -> FileSweep:
    media = GridFSMedia(parts.store, parts.clock)
    return FileSweep(MessageFiles(parts.store), media, parts.outbox, parts.clock, timedelta(minutes=10))


async def test_a_file_that_is_overdue_is_asked_for_and_after_as_long_asked_for_again(parts: Parts) -> None:
    await parts.interactions.record(messages=[pending(1)])
    command = FetchMedia(correlation_id="c1", account_id="shop", message_id="shop:m1")

    await sweep_of(parts)()
    assert parts.said.errands == []
    parts.clock.pass_(601)
    await sweep_of(parts)()
    await sweep_of(parts)()
    assert parts.said.errands == [command]
    parts.clock.pass_(601)
    await sweep_of(parts)()
    assert parts.said.errands == [command, command]


async def test_the_clock_sweeps_files_too(parts: Parts) -> None:
    await parts.interactions.record(messages=[pending(1)])
    clock = ClockWorker(
        parts.interactions,
        FigureStore(parts.store),
        parts.offers,
        parts.presence,
        parts.assignments,
        parts.outbox,
        parts.metrics,
        parts.clock,
        Settings(),
        sweeps=[sweep_of(parts)],
    )
    parts.clock.pass_(601)

    await clock.sweep()

    assert len(parts.said.errands) == 1


async def test_a_file_that_is_settled_is_not_asked_for(parts: Parts) -> None:
    await parts.interactions.record(messages=[pending(1), pending(2)])
    await MessageFiles(parts.store).settle("shop:m1", StoredFile(state=FileState.FAILED, reason="expired"))
    parts.clock.pass_(601)

    await sweep_of(parts)()

    assert [errand.correlation_id for errand in parts.said.errands] == ["c2"]


async def test_what_broken_off_uploads_left_is_cleared_away(parts: Parts) -> None:
    attempt, database = ObjectId(), parts.store.database
    await database[UPLOADS].insert_one({"_id": attempt, "started_at": NOW})
    await database[CHUNKS].insert_one({"files_id": attempt, "n": 0, "data": b"x"})
    parts.clock.pass_(3601)

    await sweep_of(parts)()

    assert [await database[name].count_documents({}) for name in (UPLOADS, CHUNKS)] == [0, 0]
