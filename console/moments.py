"""Cursors of lists that are sorted by time and id: the place of the last item of a page."""

from datetime import datetime

from contracts.errors import ConfigurationFault

BETWEEN = "~"


def cursor_of(at: datetime, item_id: str) -> str:
    """The cursor that goes on after an item."""
    return f"{at.isoformat()}{BETWEEN}{item_id}"


def place_of(cursor: str | None) -> tuple[datetime, str] | None:
    """The time and the id that a cursor stands for; None for none.

    Raises:
        ConfigurationFault: it is not one that a page gave.
    """
    if cursor is None:
        return None
    at, _, item_id = cursor.partition(BETWEEN)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not item_id:
        raise ConfigurationFault("cursor", "is not one that a page of this list gave")
    return moment, item_id
