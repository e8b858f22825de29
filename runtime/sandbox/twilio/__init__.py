"""Twilio's side: its webhooks as forms, the requests that carry them, and its API as far as we call it.

forms      a form for each thing that a webhook tells; says: from a message in our words to its form
signing    the signature, and the request that carries a form
messages   the played API for messages; contents for what is made or approved beforehand, errors for what it refuses
played     all of it together, as the sandbox's server asks for it
"""

from runtime.sandbox.twilio.forms import Form, TwilioNumber, button, media, quick_reply, row, status, text
from runtime.sandbox.twilio.played import PlayedTwilio
from runtime.sandbox.twilio.signing import json_request, query_request, request

PLAYED = PlayedTwilio()

__all__ = [
    "PLAYED",
    "Form",
    "PlayedTwilio",
    "TwilioNumber",
    "button",
    "json_request",
    "media",
    "query_request",
    "quick_reply",
    "request",
    "row",
    "status",
    "text",
]
