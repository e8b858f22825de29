"""The parameters of a callback of the first generation: a query, a form or one flat JSON object, all of them text."""

from typing import Any
from urllib.parse import parse_qsl

from gateway.providers.kaleyra.verification import without_token
from gateway.providers.payload import read_object
from gateway.providers.seam import MalformedWebhook, Webhook

FORM = "application/x-www-form-urlencoded"
MAX_PARAMETERS = 1000
PLACEHOLDERS = ("<{}>", "{{{}}}")
"""How Kaleyra may leave a variable of the template that it has nothing for; it does not say, so both count as blank."""


def body_of(webhook: Webhook) -> dict[str, Any] | list[Any]:
    """What a callback carries, whatever its form.

    Raises:
        MalformedWebhook: it is neither a query nor a form nor JSON.
    """
    if webhook.method.upper() == "GET":
        return _pairs(without_token(webhook.url.partition("#")[0].partition("?")[2]))
    if webhook.header("content-type").partition(";")[0].strip().lower() == FORM:
        try:
            return _pairs(webhook.body.decode())
        except UnicodeDecodeError:
            raise MalformedWebhook("the form must be UTF-8") from None
    if webhook.body.lstrip()[:1] == b"[":
        whole: list[Any] = read_object(b'{"whole":' + webhook.body + b"}")["whole"]
        return whole
    return read_object(webhook.body)


def _pairs(encoded: str) -> dict[str, Any]:
    """Names and values; of a repeated name the first."""
    try:
        encoded.encode()  # a request line may hold bytes that are no UTF-8, as halves of surrogate pairs
        found = parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except UnicodeError:
        raise MalformedWebhook("the parameters must be UTF-8") from None
    except ValueError:
        raise MalformedWebhook(f"there must be no more than {MAX_PARAMETERS} parameters") from None
    return dict(reversed(found))


def filled(raw: dict[str, Any]) -> dict[str, Any]:
    """The parameters that hold something; a customer's own words always count."""
    return {name: value for name, value in raw.items() if name == "body" or not _is_blank(name, value)}


def _is_blank(name: str, value: object) -> bool:
    return value is None or value == "" or value in [form.format(name) for form in PLACEHOLDERS]
