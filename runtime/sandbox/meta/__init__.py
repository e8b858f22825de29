"""Meta's side: its webhooks, and its API as far as we call it.

webhooks   parts of messages and statuses, and the signed requests that carry them
says       from a message in our words to its part; statuses: how far our messages have come
errors     the errors of the Graph API, as it writes them
parts      what it demands of what a message says; bodies of the rest of it; messages takes one
templates  those that there are; media: files, both ways
played     all of it together, as the sandbox's server asks for it
"""

from runtime.sandbox.meta.played import PlayedMeta
from runtime.sandbox.meta.webhooks import (
    MetaNumber,
    Part,
    button,
    document,
    encode,
    handshake,
    image,
    quick_reply,
    request,
    row,
    signed,
    status,
    text,
)

PLAYED = PlayedMeta()

__all__ = [
    "PLAYED",
    "MetaNumber",
    "Part",
    "PlayedMeta",
    "button",
    "document",
    "encode",
    "handshake",
    "image",
    "quick_reply",
    "request",
    "row",
    "signed",
    "status",
    "text",
]
