"""The keeper of dead letters."""

from datetime import timedelta

from contracts.deadletters import DeadLetter
from runtime.store.client import Store
from runtime.store.deadletters import DeadLetterStore, LetterQuery
from tests.parts import NOW
from workers.deadletters import DeadLetterKeeper


def letter(number: int) -> DeadLetter:
    at = NOW + timedelta(minutes=number)
    return DeadLetter(
        id=f"d{number}", stage="router", reason="bad", attempts=3, at=at, correlation_id="c", body={"n": 2**70}
    )


async def test_letters_are_kept_once_and_found_latest_first(store: Store) -> None:
    kept = DeadLetterStore(store)
    keeper = DeadLetterKeeper(kept, lambda: NOW)
    bodies = [letter(number).model_dump_json().encode() for number in range(3)]
    assert await keeper.handle(bodies) == 3
    assert await keeper.handle(bodies[:2]) == 2
    assert await keeper.handle([]) == 0

    assert [one.id for one in await kept.find()] == ["d2", "d1", "d0"]
    assert [one.id for one in await kept.find(limit=1, query=LetterQuery(until=NOW + timedelta(minutes=2)))] == ["d1"]
    assert (await kept.find())[0].body == {"n": str(2**70)}


async def test_a_letter_that_cannot_be_read_is_kept_as_it_is(store: Store) -> None:
    kept = DeadLetterStore(store)
    await DeadLetterKeeper(kept, lambda: NOW).handle([b"\xffno letter"])

    (one,) = await kept.find()
    assert (one.stage, one.body, one.at) == ("worker", "\ufffdno letter", NOW)
    assert "cannot be read" in one.reason
