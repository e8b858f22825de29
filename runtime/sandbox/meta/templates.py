"""The templates that every business account at the played Meta has, and what it demands of a message by one."""

import re
from collections.abc import Mapping
from typing import Any

from runtime.sandbox.meta.errors import GraphError
from runtime.sandbox.meta.parts import Component, Parameter, Template
from runtime.sandbox.seam import ApiCall

Part = dict[str, Any]

PAGE_SIZE = 25
PARAMETERS = {"QUICK_REPLY": "payload", "URL": "text", "COPY_CODE": "coupon_code"}
"""The buttons that take a parameter, and of which type."""
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def _template(number: int, name: str, language: str, status: str, *components: Part) -> Part:
    words = {"id": f"50000000000000{number}", "name": name, "language": language, "status": status}
    return {**words, "category": "UTILITY", "components": list(components)}


TEMPLATES = (
    _template(1, "hello_world", "en_US", "APPROVED", {"type": "BODY", "text": "Welcome, and congratulations."}),
    _template(
        2,
        "order_update",
        "en_US",
        "APPROVED",
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "text": "Hello {{1}}, your order {{2}} is on its way."},
        {"type": "FOOTER", "text": "Test shop"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Confirm"},
                {"type": "URL", "text": "Follow it", "url": "https://example.test/{{1}}"},
                {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+15550002222"},
            ],
        },
    ),
    _template(
        3,
        "appointment",
        "en_US",
        "APPROVED",
        {"type": "HEADER", "format": "TEXT", "text": "{{place}}"},
        {"type": "BODY", "text": "{{name}}, we expect you on {{day}}."},
        {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copy the code"}]},
    ),
    _template(4, "appointment", "it", "PENDING", {"type": "BODY", "text": "{{name}}, ti aspettiamo {{day}}."}),
    _template(5, "spring_sale", "en_US", "PAUSED", {"type": "BODY", "text": "Everything must go, {{1}}!"}),
    _template(6, "winter_sale", "en_US", "REJECTED", {"type": "BODY", "text": "Snow, {{1}}!"}),
)


def listed(call: ApiCall, api_url: str) -> Part:
    """A page of the list, those of one name where one is asked for."""
    found = [template for template in TEMPLATES if call.query.get("name", template["name"]) == template["name"]]
    start, size = _whole(call.query, "after", 0), _whole(call.query, "limit", PAGE_SIZE)
    end = min(start + size, len(found))
    paging: Part = {"cursors": {"before": str(start), "after": str(end)}}
    if end < len(found):
        paging["next"] = f"{api_url}{call.path}?limit={size}&after={end}"
    return {"data": found[start:end], "paging": paging}


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - far more than there ever are
        raise GraphError(100, f"{name} must be a whole number")
    return int(text)


def check(said: Template) -> None:
    """Whether a message is one that its template allows.

    Raises:
        GraphError: it is not.
    """
    wanted = (said.name, said.language.code)
    template = next((one for one in TEMPLATES if (one["name"], one["language"]) == wanted), None)
    if template is None or template["status"] != "APPROVED":
        raise GraphError(132001, f"template name ({said.name}) does not exist in {said.language.code}")
    for kind in ("HEADER", "BODY"):
        given = [one for component in said.components if component.type == kind.lower() for one in component.parameters]
        _check_texts(kind, _part(template, kind), given)
    for component in said.components:
        if component.type == "button":
            _check_button(component, _part(template, "BUTTONS").get("buttons", []))


def _part(template: Part, kind: str) -> Part:
    return next((part for part in template["components"] if part["type"] == kind), {})


def _check_texts(kind: str, part: Part, given: list[Parameter]) -> None:
    names = sorted(set(_PLACEHOLDER.findall(part.get("text", ""))))
    wanted = 1 if part.get("format") == "IMAGE" else len(names)
    if len(given) != wanted:
        details = f"{kind.lower()}: number of localizable_params ({len(given)}) does not match ({wanted})"
        raise GraphError(132000, details)
    if any(not name.isdigit() for name in names) and names != sorted(one.parameter_name or "" for one in given):
        raise GraphError(100, f"{kind.lower()}: the parameters must have the names of the template")


def _check_button(given: Component, buttons: list[Part]) -> None:
    index = int(given.index or "0")
    kind = buttons[index]["type"] if index < len(buttons) else "NONE"
    if given.sub_type != kind.lower() or given.parameters[0].type != PARAMETERS.get(kind):
        raise GraphError(132000, f"Button at index {index} of type {kind} takes no such parameter")
