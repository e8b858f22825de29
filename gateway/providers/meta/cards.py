"""Cards of an address book, as Meta writes them."""

from typing import Any

from pydantic import ValidationError

from contracts.content import ContactCard, PhoneEntry
from gateway.providers.meta.parts import Card
from gateway.providers.payload import raw_form, word

OWN_FIELDS = frozenset({"name", "phones", "emails", "org"})


def card_of(raw: dict[str, Any]) -> ContactCard:
    """A card in our words, with all that we have no words for kept; one that cannot be read is kept as a whole."""
    try:
        card = Card.model_validate(raw)
    except ValidationError:
        return ContactCard(raw=raw_form(raw))
    phones = (
        PhoneEntry(phone=phone.phone or "", type=phone.type or "", wa_id=phone.wa_id or None)
        for phone in card.phones or ()
    )
    return ContactCard(
        name=word(card.name, "formatted_name"),
        phones=tuple(phones),
        emails=tuple(filter(None, (word(email, "email") for email in card.emails or ()))),
        organisation=word(card.org, "company"),
        raw=raw_form(_rest(raw, card)) or None,
    )


def _rest(raw: dict[str, Any], card: Card) -> dict[str, Any]:
    """What has no field of ours: addresses, links, a birthday, the parts of the name, the kinds of e-mail addresses."""
    rest = {
        **{key: part for key, part in raw.items() if key not in OWN_FIELDS},
        "name": _without(card.name, "formatted_name"),
        "org": _without(card.org, "company"),
        "emails": list(card.emails or ()) if any(_without(email, "email") for email in card.emails or ()) else [],
    }
    return {key: part for key, part in rest.items() if part not in (None, "", [], {})}


def _without(part: dict[str, Any] | None, expressed: str) -> dict[str, Any]:
    """A part without the field that has a place of its own; one that is no text stays."""
    return {key: value for key, value in (part or {}).items() if key != expressed or not isinstance(value, str)}
