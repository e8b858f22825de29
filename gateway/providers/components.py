"""Templates in Meta's own terms, in which Sinch and Kaleyra hand them on, too: components by their type."""

import re
from collections.abc import Mapping
from typing import Any

from contracts.outbound import HEADER_FILES, TemplateStatus
from gateway.providers.payload import raw_form, word

Part = dict[str, Any]

STATUSES = {
    "APPROVED": TemplateStatus.APPROVED,
    "PENDING": TemplateStatus.PENDING,
    "IN_APPEAL": TemplateStatus.PENDING,
    "REJECTED": TemplateStatus.REJECTED,
    "DISABLED": TemplateStatus.REJECTED,
    "PAUSED": TemplateStatus.PAUSED,
}
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
FILLED_IN = frozenset({"OTP", "COPY_CODE"})
"""Buttons that always need a value. One with a URL does if that has a place for it; others can do without."""


def components_of(parts: object) -> dict[str, Part]:
    """The components of a template by their type; what is none is passed over."""
    return {word(part, "type").upper(): part for part in objects(parts)}


def buttons_of(components: Mapping[str, Part]) -> list[Part]:
    """The buttons, in order."""
    return objects(components.get("BUTTONS", {}).get("buttons"))


def said_by(components: Mapping[str, Part]) -> dict[str, Any]:
    """What a template says and asks for: the fields of `Template` that follow from its components."""
    header, body = (word(components.get(kind), "text") for kind in ("HEADER", "BODY"))
    file = word(components.get("HEADER"), "format").lower()
    buttons = buttons_of(components)
    return {
        "header": header,
        "header_parameters": placeholders(header),
        "header_media": file if file in HEADER_FILES else None,
        "body": body,
        "parameters": placeholders(body),
        "footer": word(components.get("FOOTER"), "text"),
        "buttons": tuple(map(raw_form, buttons)),
        "button_parameters": tuple(index for index, button in enumerate(buttons) if _is_filled_in(button)),
    }


def placeholders(text: str) -> tuple[str, ...]:
    """The names or numbers of the places that a text has for values."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def objects(value: object) -> list[Part]:
    """The objects of a list; of anything else there are none."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _is_filled_in(button: Part) -> bool:
    return word(button, "type").upper() in FILLED_IN or bool(PLACEHOLDER.search(word(button, "url")))
