"""Twilio's messages as a phone shows them: words and files of the form, or a content filled with its variables."""

import json
from collections.abc import Mapping
from typing import Any

from runtime.sandbox.seam import SandboxFile
from runtime.sandbox.showing import Choice, File, Place, Shown, file_kind, filled
from runtime.sandbox.twilio.contents import BY_SID, content_of

Part = Mapping[str, Any]


def shown(form: Part, files: Mapping[str, SandboxFile]) -> Shown | None:
    """A message; None when its content is no longer known."""
    if "ContentSid" not in form:
        url = str(form.get("MediaUrl", ""))
        return Shown(text=str(form.get("Body", "")), file=File(kind=file_kind(url), url=url) if url else None)
    content = content_of(form["ContentSid"], files)
    if content is None:
        return None
    variables = json.loads(form.get("ContentVariables") or "{}")
    (type_, fields), *_ = content["types"].items()
    return _content(type_, json.loads(filled_json(fields, variables)), template=form["ContentSid"] in BY_SID)


def filled_json(fields: Part, variables: Mapping[str, str]) -> str:
    """The fields of a content with its placeholders filled, still JSON."""
    return filled(json.dumps(fields), {name: json.dumps(str(value))[1:-1] for name, value in variables.items()})


def _content(type_: str, fields: Part, *, template: bool) -> Shown:
    if type_ == "twilio/location":
        place = Place(latitude=fields["latitude"], longitude=fields["longitude"], name=str(fields.get("label", "")))
        return Shown(place=place)
    return Shown(
        text=str(fields.get("body") or fields.get("title") or ""),
        footer=str(fields.get("subtitle", "")),
        menu=str(fields.get("button", "")),
        choices=(*_buttons(fields, template=template), *_rows(fields)),
    )


def _buttons(fields: Part, *, template: bool) -> tuple[Choice, ...]:
    """Buttons that answer; those of a card that lead elsewhere are none."""
    return tuple(
        Choice(kind="quick_reply" if template else "button_reply", payload=action["id"], title=action["title"])
        for action in fields.get("actions", ())
        if action.get("type", "QUICK_REPLY") == "QUICK_REPLY"
    )


def _rows(fields: Part) -> tuple[Choice, ...]:
    return tuple(
        Choice(kind="list_reply", payload=item["id"], title=item["item"], description=item.get("description", ""))
        for item in fields.get("items", ())
    )
