"""Names of time zones, as the IANA database knows them."""

from functools import cache
from zoneinfo import available_timezones


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def known_timezone(name: str) -> str:
    """The name itself.

    Raises:
        ValueError: there is no such time zone.
    """
    if name not in _names():
        raise ValueError("must be a time zone of the IANA database, Europe/Rome for example")
    return name
