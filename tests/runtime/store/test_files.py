"""Which files are pending, and what became of them."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.content import Media
from contracts.stored import FileState, StoredFile, StoredMessage
from runtime.store.client import Store
from runtime.store.files import MessageFiles
from runtime.store.interactions import InteractionStore

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STORED = StoredFile(state=FileState.STORED, id="f1", mime_type="image/png", size=3, sha256="00")


def message(number: int, received_at: datetime, state: FileState | None = FileState.PENDING) -> StoredMessage:
    return StoredMessage(
        id=f"shop:m{number}",
        event_id=f"e{number}",
        correlation_id="c",
        interaction_id="i1",
        account_id="shop",
        contact_key="+39333000001",
        direction="inbound",
        sequence=number,
        provider_id=f"m{number}",
        content=Media(kind="image", url="https://files.example.test/1"),
        file=StoredFile(state=state) if state else None,
        sent_at=received_at,
        received_at=received_at,
    )


@pytest.fixture
async def files(store: Store) -> MessageFiles:
    await InteractionStore(store).record(
        messages=[
            message(1, NOW - 20 * MINUTE),
            message(2, NOW - 30 * MINUTE),
            message(3, NOW - MINUTE),
            message(4, NOW - 20 * MINUTE, FileState.FAILED),
            message(5, NOW - 20 * MINUTE, None),
        ]
    )
    return MessageFiles(store)


async def test_a_file_is_settled_once(files: MessageFiles) -> None:
    failed = StoredFile(state=FileState.FAILED, reason="expired")

    assert await files.settle("shop:m1", STORED)
    assert not await files.settle("shop:m1", failed)
    assert not await files.settle("shop:m5", failed)
    assert not await files.settle("shop:m9", failed)

    settled, without, unknown = [await files.message(f"shop:m{number}") for number in (1, 5, 9)]
    assert settled is not None
    assert settled.file == STORED
    assert without is not None
    assert without.file is None
    assert unknown is None


async def test_what_is_pending_for_long_is_claimed_the_oldest_first_and_not_again_for_as_long(
    files: MessageFiles,
) -> None:
    async def claimed(now: datetime, limit: int = 10) -> list[str]:
        return [one.provider_id for one in await files.claim_pending(now, 10 * MINUTE, limit)]

    assert await claimed(NOW, limit=1) == ["m2"]
    assert await claimed(NOW) == ["m1"]
    assert await claimed(NOW + 9 * MINUTE) == []
    await files.settle("shop:m2", STORED)
    assert await claimed(NOW + 11 * MINUTE) == ["m1", "m3"]
