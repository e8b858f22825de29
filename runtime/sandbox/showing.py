"""What a phone shows of a message that came in, whatever the provider's form for it: words, a file, a place, and what
can be pressed. Providers translate into this; those that speak WhatsApp's own JSON share `whatsapp_shown`."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from contracts.base import Value
from contracts.content import MediaKind

Part = Mapping[str, Any]
Answer = Literal["button_reply", "quick_reply", "list_reply"]
FILES: dict[str, MediaKind] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
}
FAMILIES: dict[str, MediaKind] = {"image": "image", "video": "video", "audio": "audio"}
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class Choice(Value):
    """Something that can be pressed, and as what the customer's phone then answers."""

    kind: Answer
    payload: str
    title: str
    description: str = ""


class File(Value):
    """A file: at a `url`, or on the sandbox's shelf by its `media_id`."""

    kind: MediaKind
    url: str = ""
    media_id: str = ""
    filename: str = ""


class Place(Value):
    """A place, in degrees."""

    latitude: float
    longitude: float
    name: str = ""


class Shown(Value):
    """A message as a phone shows it. `menu` is the button that opens a list, whose lines are the `choices`; `about` is
    the message that an `emoji` is a reaction to."""

    header: str = ""
    text: str = ""
    footer: str = ""
    file: File | None = None
    place: Place | None = None
    menu: str = ""
    choices: tuple[Choice, ...] = ()
    emoji: str = ""
    about: str = ""


def filled(words: str, values: Mapping[str, object]) -> str:
    """A text with its placeholders filled; those that have no value stay."""
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), words)


def file_kind(url: str, mime_type: str = "") -> MediaKind:
    """What kind of file it is, by its type or the end of its address; a document where neither tells."""
    family = mime_type.partition("/")[0]
    if family in FAMILIES:
        return FAMILIES[family]
    ending = url.partition("?")[0].rpartition(".")[2].lower()
    return _ENDINGS.get(ending, "document")


_ENDINGS: dict[str, MediaKind] = {
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "webp"), "image"),
    **dict.fromkeys(("mp4", "3gp"), "video"),
    **dict.fromkeys(("ogg", "mp3", "amr", "aac", "m4a"), "audio"),
}


def whatsapp_shown(message: Part, templates: Iterable[Part] = ()) -> Shown | None:
    """A message in WhatsApp's own JSON: `type`, and the part that goes by its name. None: it has another form."""
    kind = str(message.get("type", ""))
    part = message.get(kind)
    if kind in FILES and isinstance(part, Mapping):
        return _file(FILES[kind], part)
    if kind == "template" and isinstance(part, Mapping):
        return _template(part, templates)
    show = _SHOWN.get(kind)
    return show(part) if show is not None and part else None


def _file(kind: MediaKind, part: Part) -> Shown:
    shown = File(
        kind="voice" if kind == "audio" and part.get("voice") else kind,
        url=str(part.get("link") or ""),
        media_id=str(part.get("id") or ""),
        filename=str(part.get("filename") or ""),
    )
    return Shown(text=str(part.get("caption") or ""), file=shown)


def _place(part: Part) -> Shown:
    name = ", ".join(filter(None, (part.get("name"), part.get("address"))))
    return Shown(place=Place(latitude=part["latitude"], longitude=part["longitude"], name=name))


def _interactive(part: Part) -> Shown:
    action = part.get("action") or {}
    rows = [row for section in action.get("sections", ()) for row in section["rows"]]
    pressed = [_pressed(button["reply"]) for button in action.get("buttons", ())]
    listed = [
        Choice(kind="list_reply", payload=row["id"], title=row["title"], description=row.get("description") or "")
        for row in rows
    ]
    return Shown(
        header=str((part.get("header") or {}).get("text") or ""),
        text=str((part.get("body") or {}).get("text") or ""),
        footer=str((part.get("footer") or {}).get("text") or ""),
        menu=str(action.get("button") or ""),
        choices=(*pressed, *listed),
    )


def _pressed(reply: Part) -> Choice:
    return Choice(kind="button_reply", payload=reply["id"], title=reply["title"])


def _contacts(part: Iterable[Part]) -> Shown:
    return Shown(text=", ".join(str((card.get("name") or {}).get("formatted_name", "")) for card in part))


_SHOWN: Mapping[str, Callable[[Any], Shown]] = {
    "text": lambda part: Shown(text=str(part.get("body", ""))),
    "location": _place,
    "interactive": _interactive,
    "contacts": _contacts,
    "reaction": lambda part: Shown(emoji=str(part.get("emoji", "")), about=str(part.get("message_id", ""))),
}


def _template(part: Part, templates: Iterable[Part]) -> Shown:
    name, language = part.get("name"), (part.get("language") or {}).get("code")
    known = [one for one in templates if one.get("name") == name]
    found = next((one for one in known if one.get("language") == language), known[0] if known else None)
    given = part.get("components") or []
    values = {str(one.get("type", "")).lower(): _values(one) for one in given if one.get("type") != "button"}
    payloads = {str(one.get("index")): _payload(one) for one in given if str(one.get("type")).lower() == "button"}
    if found is None:
        return Shown(text=str(name))
    return template_shown(found.get("components") or (), values, payloads, _header_file(given))


def _values(component: Part) -> dict[str, str]:
    given = component.get("parameters") or ()
    return {
        str(one.get("parameter_name") or place): str(one.get("text", "")) for place, one in enumerate(given, start=1)
    }


def _payload(component: Part) -> str:
    return next((str(one["payload"]) for one in component.get("parameters") or () if one.get("payload")), "")


def _header_file(components: Iterable[Part]) -> File | None:
    for component in components:
        for one in component.get("parameters") or ():
            if one.get("type") in FILES and isinstance(one.get(one["type"]), Mapping):
                return _file(FILES[one["type"]], one[one["type"]]).file
    return None


def template_shown(
    components: Iterable[Part],
    values: Mapping[str, Mapping[str, str]],
    payloads: Mapping[str, str],
    file: File | None = None,
) -> Shown:
    """A template of these components, filled with the values of its header and body; `payloads` are those of its quick
    replies, by the index of the button."""
    words = {str(one.get("type", "")).lower(): str(one.get("text") or "") for one in components}
    buttons = [button for one in components for button in one.get("buttons") or ()]
    return Shown(
        header=filled(words.get("header", ""), values.get("header", {})),
        text=filled(words.get("body", ""), values.get("body", {})),
        footer=words.get("footer", ""),
        file=file,
        choices=tuple(
            Choice(
                kind="quick_reply", payload=payloads.get(str(index)) or str(button["text"]), title=str(button["text"])
            )
            for index, button in enumerate(buttons)
            if button.get("type") == "QUICK_REPLY"
        ),
    )
