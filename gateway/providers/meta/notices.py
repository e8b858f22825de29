"""What Meta tells beside messages and statuses: calls, echoes of the Business app, templates, the account itself."""

from collections.abc import Iterator
from typing import Any

from gateway.providers.payload import contact_key, raw_form, word
from gateway.providers.seam import Notice

LISTS = {
    "calls": ("calls", "statuses"),
    "smb_message_echoes": ("message_echoes",),
    "user_preferences": ("user_preferences",),
}
"""The fields whose values are lists of events of single customers; of every other field, a change is one notice."""

CUSTOMER = ("from", "to", "wa_id", "recipient_id", "from_user_id", "to_user_id", "recipient_user_id", "user_id")
"""Where such an event says whom it is about; `from` or `to` is the business itself."""


def notices(field: str, change: dict[str, Any]) -> Iterator[Notice]:
    """The notices of a change: one for each event of a customer, or one for the whole, so that nothing is lost."""
    value = change.get("value")
    if isinstance(value, dict) and (events := _events(field, value)):
        own = _digits(word(value.get("metadata"), "display_phone_number"))
        for event in events:
            yield Notice(kind=field, contact_key=_customer(event, own), raw=raw_form(event))
    else:
        yield Notice(kind=field, raw=raw_form(change))


def _events(field: str, value: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a value; none when anything of it is not as expected, and it must be kept as a whole."""
    lists = [value[key] for key in LISTS.get(field, ()) if value.get(key) is not None]
    if not all(isinstance(events, list) for events in lists):
        return []
    events = [event for events in lists for event in events]
    return events if all(isinstance(event, dict) for event in events) else []


def _customer(event: dict[str, Any], own: str) -> str:
    found = (word(event, key) for key in CUSTOMER)
    return next((contact_key(name) for name in found if name and _digits(name) != own), "")


def _digits(number: str) -> str:
    """A number without its plus and blanks: Meta writes its own in several ways."""
    return "".join(sign for sign in number if sign.isdigit())
