"""Sinch's messages as a phone shows them."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from runtime.sandbox.showing import Choice, File, Place, Shown, file_kind, template_shown
from runtime.sandbox.sinch.templates import TEMPLATES

Part = Mapping[str, Any]
_PARAMETER = re.compile(r"(?P<part>header|body)\[(?P<place>\w+)\]text")
_PAYLOAD = re.compile(r"button\[(?P<index>\d+)\]quick_reply\[1\]payload")
_LINK = re.compile(r"header\[1\](?P<kind>image|video|document)\.link")


def shown(message: Part) -> Shown | None:
    """A message: exactly one of its fields says what it is."""
    name = next(iter(message), "")
    show = _SHOWN.get(name)
    return show(message[name]) if show else None


def _media(part: Part) -> Shown:
    name = str(part.get("filename_override", ""))
    kind = file_kind(name or part["url"])
    return Shown(file=File(kind=kind, url=part["url"], filename=name))


def _card(part: Part) -> Shown:
    media = part.get("media_message")
    return Shown(
        header="" if media else part["title"],
        text=str(part.get("description") or (part["title"] if media else "")),
        file=_media(media).file if media else None,
        choices=_choices(part),
    )


def _choices(part: Part) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            kind="button_reply",
            payload=str(one.get("postback_data") or one["text_message"]["text"]),
            title=one["text_message"]["text"],
        )
        for one in part.get("choices", ())
    )


def _list(part: Part) -> Shown:
    rows = [item["choice"] for section in part["sections"] for item in section["items"]]
    properties = part.get("message_properties") or {}
    return Shown(
        header=str(properties.get("whatsapp_header", "")),
        text=part["title"],
        footer=str(part.get("description", "")),
        menu=str(properties.get("menu", "")),
        choices=tuple(
            Choice(
                kind="list_reply",
                payload=str(row.get("postback_data") or row["title"]),
                title=row["title"],
                description=str(row.get("description", "")),
            )
            for row in rows
        ),
    )


def _location(part: Part) -> Shown:
    place = part["coordinates"]
    name = str(part.get("label") or part["title"])
    return Shown(place=Place(latitude=place["latitude"], longitude=place["longitude"], name=name))


def _template(part: Part) -> Shown:
    sent = part["channel_template"]["WHATSAPP"]
    name, language, given = sent["template_id"], sent["language_code"], sent.get("parameters") or {}
    known = [one for one in TEMPLATES if one["name"] == name]
    found = next((one for one in known if one["language"] == language), known[0] if known else None)
    if found is None:
        return Shown(text=name)
    values: dict[str, dict[str, str]] = defaultdict(dict)
    for parameter, value in given.items():
        if named := _PARAMETER.fullmatch(parameter):
            values[named["part"]][named["place"]] = value
    payloads = {named["index"]: value for key, value in given.items() if (named := _PAYLOAD.fullmatch(key))}
    return template_shown(found["details"]["components"], values, payloads, _header(given))


def _header(given: Mapping[str, str]) -> File | None:
    for parameter, value in given.items():
        if named := _LINK.fullmatch(parameter):
            return File(kind=file_kind(value, named["kind"]), url=value)
    return None


_SHOWN: Mapping[str, Callable[[Any], Shown]] = {
    "text_message": lambda part: Shown(text=part["text"]),
    "media_message": _media,
    "card_message": _card,
    "choice_message": lambda part: Shown(
        text=part["text_message"]["text"],
        footer=str((part.get("message_properties") or {}).get("whatsapp_footer", "")),
        choices=_choices(part),
    ),
    "list_message": _list,
    "location_message": _location,
    "contact_info_message": lambda part: Shown(text=part["name"]["full_name"]),
    "template_message": _template,
}
