"""What a client has missed since a place in the stream."""

import pytest

from console.live_ring import BEGINNING, Place, Ring, Told, place_of
from contracts.live import LiveEntry, LiveKind
from tests.parts import NOW


def told(offset: int, number: int = 0) -> Told:
    place = Place(offset, number)
    return Told(place, LiveEntry(kind=LiveKind.MESSAGE, id=str(place), at=NOW), b"")


def ring_of(*places: tuple[int, int], most: int = 100, floor: Place = BEGINNING) -> Ring:
    ring = Ring(most)
    ring.begin(floor)
    for offset, number in places:
        ring.add(told(offset, number))
    return ring


def behind(ring: Ring, offset: int, number: int = 0) -> list[str] | None:
    found = ring.since(Place(offset, number))
    return None if found is None else [one.entry.id for one in found]


def test_everything_behind_a_place_is_found_in_order() -> None:
    ring = ring_of((0, 0), (0, 1), (3, 0), (3, 1), (7, 0))
    assert behind(ring, *BEGINNING) == ["0.0", "0.1", "3.0", "3.1", "7.0"]
    assert behind(ring, 0, 1) == ["3.0", "3.1", "7.0"]
    assert behind(ring, 3) == ["3.1", "7.0"]
    assert behind(ring, 5) == ["7.0"]
    assert behind(ring, 7) == []
    assert behind(ring, 7, 1) == []  # another console put a word of its own behind the same bundle


def test_what_is_forgotten_or_lies_ahead_cannot_be_told() -> None:
    ring = ring_of((1, 0), (2, 0), (3, 0), (4, 0), most=2)
    assert behind(ring, 1) is None
    assert behind(ring, 2) == ["3.0", "4.0"]
    assert behind(ring, 5) is None
    assert Ring().since(Place(1, 0)) is None


def test_a_new_beginning_forgets_everything() -> None:
    ring = ring_of((1, 0), (2, 0))
    ring.begin(Place(0, -1))
    ring.add(told(0))
    assert behind(ring, 1) is None
    assert behind(ring, 0, -1) == ["0.0"]


@pytest.mark.parametrize(
    ("cursor", "place"),
    [
        ("12.3", Place(12, 3)),
        ("-1.0", BEGINNING),
        ("12", None),
        ("", None),
        ("12.3\n", None),
        ("-2.0", None),
        ("1" * 19 + ".0", None),
        ("\u0661.\u0662", None),  # digits of another script
        ("12.3; DROP", None),
    ],
)
def test_a_cursor_is_a_place_or_nothing(cursor: str, place: Place | None) -> None:
    assert place_of(cursor) == place
    assert place is None or place_of(str(place)) == place
