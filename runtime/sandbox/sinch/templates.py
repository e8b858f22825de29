"""The templates of every project of the sandbox, page by page as the Provisioning API gives them."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

DEFAULT_SIZE = 50

TEMPLATES: tuple[Json, ...] = (
    {
        "name": "order_update",
        "language": "en_US",
        "category": "UTILITY",
        "state": "APPROVED",
        "whatsappId": "900000000000001",
        "details": {
            "components": [
                {"type": "HEADER", "format": "IMAGE"},
                {"type": "BODY", "text": "Hello {{1}}, your order {{2}} is on its way.", "examples": ["Ann", "42"]},
                {"type": "FOOTER", "text": "Thank you"},
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "QUICK_REPLY", "text": "Confirm"},
                        {"type": "URL", "text": "Track", "url": "https://shop.example.test/{{1}}"},
                        {"type": "QUICK_REPLY", "text": "Cancel"},
                    ],
                },
            ]
        },
    },
    {
        "name": "recontact",
        "language": "en",
        "category": "MARKETING",
        "state": "APPROVED",
        "whatsappId": "900000000000002",
        "details": {"components": [{"type": "BODY", "text": "May we go on with our conversation?"}]},
    },
    {
        "name": "summer_sale",
        "language": "it",
        "category": "MARKETING",
        "state": "PAUSED",
        "details": {"components": [{"type": "BODY", "text": "Saldi, {{1}}!"}]},
    },
    {
        "name": "welcome",
        "language": "en",
        "category": "MARKETING",
        "changes": {
            "status": "IN_PROGRESS",
            "details": {
                "components": [{"type": "HEADER", "format": "TEXT", "text": "Hi"}, {"type": "BODY", "text": "Welcome"}]
            },
        },
    },
)


def page_of(query: Mapping[str, str]) -> Json:
    """One page: `pageToken` is where it begins, `pageSize` how many there are on it."""
    wanted = query.get("templateName")
    found = [template for template in TEMPLATES if wanted in {None, template["name"]}]
    start, size = _whole(query.get("pageToken"), 0), _whole(query.get("pageSize"), DEFAULT_SIZE)
    rest = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
    return {"totalSize": len(found), "pageSize": size, "templates": found[start : start + size], **rest}


def _whole(digits: str | None, otherwise: int) -> int:
    return int(digits) if digits and digits.isdecimal() else otherwise
