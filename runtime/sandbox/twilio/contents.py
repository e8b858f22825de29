"""The played Content API: contents that are made to be sent, and a few templates that WhatsApp has judged.

The SID of a content that was made tells of which type it is, and is the same for the same content. What was made is
kept among the sandbox's files, for phones to show; nothing else asks for it, so that it may be forgotten.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from runtime.sandbox.seam import ApiAnswer, ApiCall, PlayedNumber, SandboxFile
from runtime.sandbox.twilio.errors import NOT_FOUND, ApiFault

INVALID = 20001
TYPES = ("twilio/quick-reply", "twilio/list-picker", "twilio/location")
KINDS = ("buttons", "list", "location")
TEMPLATE = "template"
MADE = re.compile(r"HX0([0-2])[0-9a-f]{30}")
PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
MAX_BODY, MAX_TITLE, MAX_ITEM, MAX_ID, MAX_DESCRIPTION, MAX_CHOICES = 1024, 20, 24, 200, 72, 10
MAX_PAGE = 1000

Json = dict[str, Any]


def _template(digit: str, name: str, status: str, types: Json, variables: Json) -> Json:
    approval = {"name": name, "category": "UTILITY", "content_type": next(iter(types)), "status": status}
    return {
        "sid": f"HX{digit * 32}",
        "friendly_name": name,
        "language": "en",
        "variables": variables,
        "types": types,
        "approval_requests": {**approval, "rejection_reason": "", "allow_category_change": False},
    }


TEMPLATES = (
    _template(
        "a",
        "order_update",
        "approved",
        {"twilio/text": {"body": "Hello {{1}}, your order {{2}} is on its way."}},
        {"1": "Ann", "2": "42"},
    ),
    _template(
        "b",
        "visit",
        "approved",
        {
            "twilio/card": {
                "title": "Your visit on {{1}} is booked.",
                "subtitle": "Reply to change it",
                "actions": [
                    {"type": "QUICK_REPLY", "title": "Confirm", "id": "confirm"},
                    {"type": "URL", "title": "Details", "url": "https://shop.example.test/{{2}}"},
                ],
            }
        },
        {"1": "Monday", "2": "visit"},
    ),
    _template("c", "sale", "pending", {"twilio/text": {"body": "All is cheap, {{1}}."}}, {"1": "Ann"}),
    _template("d", "shouting", "rejected", {"twilio/text": {"body": "BUY NOW"}}, {}),
    _template("e", "draft", "unsubmitted", {"twilio/text": {"body": "Not yet"}}, {}),
)
BY_SID = {template["sid"]: template for template in TEMPLATES}


def kind_of(sid: str) -> str | None:
    """What kind of content is sent by a SID; None when there is none such."""
    if sid in BY_SID:
        return TEMPLATE
    made = MADE.fullmatch(sid)
    return KINDS[int(made[1])] if made else None


def placeholders_of(sid: str) -> frozenset[str]:
    """The variables of a template."""
    found = BY_SID.get(sid)
    return frozenset(PLACEHOLDER.findall(json.dumps(found["types"]))) if found else frozenset()


def listing(call: ApiCall, number: PlayedNumber, page_size: int) -> ApiAnswer:
    """A page of all contents that were submitted or not, with what WhatsApp says of them."""
    size = min(_whole(call.query, "PageSize", page_size), page_size)
    page = _whole(call.query, "Page", 0)
    last = page * size + size >= len(TEMPLATES)
    url = f"{number.api_url.rstrip('/')}/v1/ContentAndApprovals?PageSize={size}&Page="
    meta = {"page": page, "page_size": size, "key": "contents", "next_page_url": None if last else f"{url}{page + 1}"}
    owner = {"account_sid": number.credentials["account_sid"]}
    return ApiAnswer(status=200, json={"contents": [t | owner for t in TEMPLATES[page * size :][:size]], "meta": meta})


def _whole(query: Mapping[str, str], name: str, otherwise: int) -> int:
    digits = query.get(name, "")
    if not digits:
        return otherwise
    if not digits.isdigit() or int(digits) > MAX_PAGE:
        raise ApiFault(INVALID, f"{name} must be a number up to {MAX_PAGE}")
    return int(digits)


def fetched(sid: str, number: PlayedNumber) -> ApiAnswer:
    """One content."""
    if sid not in BY_SID:
        raise ApiFault(NOT_FOUND, f"The requested resource /v1/Content/{sid} was not found", 404)
    return ApiAnswer(status=200, json=BY_SID[sid] | {"account_sid": number.credentials["account_sid"]})


def created(call: ApiCall, number: PlayedNumber) -> ApiAnswer:
    """A content that was made."""
    body = _object(call)
    types = body.get("types")
    if not isinstance(types, dict) or len(types) != 1 or next(iter(types)) not in TYPES:
        raise ApiFault(INVALID, "types must hold one type that is known here")
    _need(isinstance(body.get("language"), str), "language is required")
    (type_, fields), variables = *types.items(), body.get("variables") or {}
    _need(isinstance(fields, dict) and isinstance(variables, dict), "types and variables must be objects")
    CHECKS[type_](fields)
    unknown = set(PLACEHOLDER.findall(json.dumps(fields))) - set(variables)
    _need(not unknown, f"a sample is missing for {sorted(unknown)}")
    digest = hashlib.sha256(json.dumps([number.credentials["account_sid"], body], sort_keys=True).encode()).hexdigest()
    sid = f"HX0{TYPES.index(type_)}{digest[:30]}"
    made = {**body, "sid": sid, "account_sid": number.credentials["account_sid"]}
    kept = SandboxFile(sid, "application/json", "", json.dumps(made).encode())
    return ApiAnswer(status=201, json=made, uploaded=kept)


def content_of(sid: str, files: Mapping[str, SandboxFile]) -> Json | None:
    """A template, or a content that was made and is still known."""
    if sid in BY_SID:
        return BY_SID[sid]
    kept = files.get(sid)
    return dict(json.loads(kept.content)) if kept is not None else None


def _object(call: ApiCall) -> Json:
    _need(call.headers.get("content-type", "").startswith("application/json"), "the body must be JSON")
    try:
        body = json.loads(call.body)
    except ValueError:
        raise ApiFault(INVALID, "the body must be JSON") from None
    _need(isinstance(body, dict), "the body must be an object")
    return dict(body)


def _need(holds: bool, rule: str) -> None:
    if not holds:
        raise ApiFault(INVALID, rule)


def _words(part: Json, name: str, most: int, *, required: bool = True) -> None:
    value = part.get(name, "")
    _need(isinstance(value, str) and len(value) <= most, f"{name} is a text of up to {most} characters")
    _need(bool(value) or not required, f"{name} is required")


def _choices(fields: Json, name: str) -> list[Json]:
    found = fields.get(name)
    if not isinstance(found, list) or not 1 <= len(found) <= MAX_CHOICES or not all(isinstance(c, dict) for c in found):
        raise ApiFault(INVALID, f"{name} must hold one to {MAX_CHOICES} objects")
    ids = [choice.get("id") for choice in found]
    _need(len(set(map(str, ids))) == len(ids), "ids must differ")
    return found


def _quick_reply(fields: Json) -> None:
    _words(fields, "body", MAX_BODY)
    for action in _choices(fields, "actions"):
        _words(action, "title", MAX_TITLE)
        _words(action, "id", MAX_ID)


def _list_picker(fields: Json) -> None:
    _words(fields, "body", MAX_BODY)
    _words(fields, "button", MAX_TITLE)
    for item in _choices(fields, "items"):
        _words(item, "item", MAX_ITEM)
        _words(item, "id", MAX_ID)
        _words(item, "description", MAX_DESCRIPTION, required=False)


def _location(fields: Json) -> None:
    for name, most in (("latitude", 90), ("longitude", 180)):
        value = fields.get(name)
        _need(isinstance(value, int | float) and abs(value) <= most, f"{name} is a number up to {most}")
    _words(fields, "label", MAX_BODY, required=False)


CHECKS: dict[str, Callable[[Json], None]] = dict(zip(TYPES, (_quick_reply, _list_picker, _location), strict=True))
