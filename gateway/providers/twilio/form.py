"""What a request of Twilio's carries, read in one place so that what is verified is what is parsed.

Its webhooks are forms. An account may be set to GET, and then the parameters are the query; some products post JSON.
"""

from typing import Any
from urllib.parse import parse_qsl, quote

from gateway.providers.payload import read_object
from gateway.providers.seam import MalformedWebhook, Webhook

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MAX_FIELDS = 1000
REFERENCE = "reference"
"""The parameter that our own id of a message has in the query of its status callback's URL."""


def media_type(webhook: Webhook) -> str:
    """The content type without its parameters."""
    return webhook.header("content-type").partition(";")[0].strip().lower()


def query_of(url: str) -> str:
    """The query as it stands in the URL."""
    return url.partition("#")[0].partition("?")[2]


def pairs(encoded: str) -> list[tuple[str, str]]:
    """Names and values in their order, blank ones kept, nothing trimmed.

    Raises:
        MalformedWebhook: it is not UTF-8, or has too many parameters.
    """
    try:
        encoded.encode()  # a request line may hold bytes that are no UTF-8, as halves of surrogate pairs
        return parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeError:
        raise MalformedWebhook("the parameters must be UTF-8") from None
    except ValueError:
        raise MalformedWebhook(f"there must be no more than {MAX_FIELDS} parameters") from None


def form_pairs(webhook: Webhook) -> list[tuple[str, str]]:
    """The parameters of a form body.

    Raises:
        MalformedWebhook: it is not UTF-8, or has too many parameters.
    """
    try:
        return pairs(webhook.body.decode())
    except UnicodeDecodeError:
        raise MalformedWebhook("the form must be UTF-8") from None


def fields(webhook: Webhook) -> dict[str, Any]:
    """The fields of the message or status, by name; of a repeated one the first.

    Raises:
        MalformedWebhook: they are neither a query nor a form nor a JSON object.
    """
    if webhook.method.upper() == "GET":
        return dict(reversed(pairs(query_of(webhook.url))))
    kind = media_type(webhook)
    if kind == FORM:
        return dict(reversed(form_pairs(webhook)))
    if kind == JSON:
        return read_object(webhook.body)
    raise MalformedWebhook(f"the content type must be {FORM} or {JSON}")


def with_reference(url: str, reference: str) -> str:
    """A status callback's URL that hands our own id of a message back."""
    return f"{url}{'&' if '?' in url else '?'}{REFERENCE}={quote(reference, safe='')}"


def reference_of(webhook: Webhook) -> str | None:
    """Our own id, where the URL that was called has one; it is signed with the URL.

    Raises:
        MalformedWebhook: the query is not UTF-8, or has too many parameters.
    """
    return dict(reversed(pairs(query_of(webhook.url)))).get(REFERENCE) or None
