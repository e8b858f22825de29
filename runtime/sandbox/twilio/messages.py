"""The played API for messages: what a form must be, and what is answered to it."""

import hashlib
import json
import re
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from runtime.sandbox.seam import Accepted, ApiAnswer, ApiCall, PlayedNumber
from runtime.sandbox.twilio.contents import kind_of, placeholders_of
from runtime.sandbox.twilio.errors import ApiFault
from runtime.sandbox.twilio.forms import Form

FORM = "application/x-www-form-urlencoded"
MAX_BODY = 1600
ADDRESS = re.compile(r"whatsapp:(\+[1-9][0-9]{6,14}|[A-Z]{2}\.[A-Za-z0-9]{1,128})")
URL = re.compile(r"https?://[^\s/]+\S*")
SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
NOT_IN_A_VARIABLE = re.compile(r"[\n\r\t]| {5}")
REFERENCE = "reference"
"""Where our own id of a message stands in the URL that is to be told of it."""


def form_of(call: ApiCall) -> Form:
    """The parameters of a call; none when it is not a form."""
    if not call.headers.get("content-type", "").startswith(FORM):
        return {}
    return dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))


def sent(call: ApiCall, number: PlayedNumber) -> ApiAnswer:
    """A message that was taken."""
    form = form_of(call)
    _check_ends(form, number)
    _check_plain(form)
    variables = _variables(form) if "ContentSid" in form else {}
    accepted = _accepted(call, form, variables)
    return ApiAnswer(status=201, json=_resource(call, form, accepted.provider_id), accepted=(accepted,))


def _check_ends(form: Form, number: PlayedNumber) -> None:
    if not form.get("To"):
        raise ApiFault(21604, "A 'To' phone number is required.")
    if not form.get("From"):
        raise ApiFault(21603, "A 'From' phone number is required.")
    if not ADDRESS.fullmatch(form["To"]):
        raise ApiFault(21211, f"Invalid 'To' Phone Number: {form['To']}")
    if form["From"] != f"whatsapp:{number.phone}":
        raise ApiFault(63007, "Twilio could not find a Channel with the specified From address")


def _check_plain(form: Form) -> None:
    is_plain = bool(form.get("Body") or form.get("MediaUrl"))
    if is_plain == ("ContentSid" in form):
        raise ApiFault(21619, "A text message body or media urls must be specified.")
    if len(form.get("Body", "")) > MAX_BODY:
        raise ApiFault(21617, f"The concatenated message body exceeds the {MAX_BODY} character limit.")
    if "MediaUrl" in form and not URL.fullmatch(form["MediaUrl"]):
        raise ApiFault(21620, "Invalid media URL(s)")
    if "StatusCallback" in form and not URL.fullmatch(form["StatusCallback"]):
        raise ApiFault(21609, "The 'StatusCallback' URL is not a valid URL.")


def _variables(form: Form) -> dict[str, str]:
    if kind_of(form["ContentSid"]) is None:
        raise ApiFault(21655, "The ContentSid is Invalid")
    try:
        variables = json.loads(form.get("ContentVariables") or "{}")
    except ValueError:
        variables = None
    if not isinstance(variables, dict) or not all(map(_is_variable, variables.values())):
        raise ApiFault(21656, "The ContentVariables Parameter is invalid")
    if not placeholders_of(form["ContentSid"]) <= variables.keys():
        raise ApiFault(63028, "Number of parameters provided does not match the expected number of parameters")
    return variables


def _is_variable(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_BODY and not NOT_IN_A_VARIABLE.search(value)


def _accepted(call: ApiCall, form: Form, variables: dict[str, str]) -> Accepted:
    digest = hashlib.md5(call.body + call.at.isoformat().encode(), usedforsecurity=False).hexdigest()
    kind = kind_of(form.get("ContentSid", "")) or ("media" if "MediaUrl" in form else "text")
    return Accepted(
        provider_id=f"{'MM' if 'MediaUrl' in form else 'SM'}{digest}",
        reference=_reference(form.get("StatusCallback", "")),
        contact_key=form["To"].removeprefix("whatsapp:"),
        kind=kind,
        words=form.get("Body") or " ".join(variables.values()),
        raw=dict(form),
    )


def _reference(callback: str) -> str | None:
    return parse_qs(urlsplit(callback).query).get(REFERENCE, [None])[0]


def _resource(call: ApiCall, form: Form, sid: str) -> dict[str, Any]:
    account_sid = call.path.split("/")[3]
    return {
        "sid": sid,
        "account_sid": account_sid,
        "status": "queued",
        "to": form["To"],
        "from": form["From"],
        "body": form.get("Body", ""),
        "num_media": "1" if "MediaUrl" in form else "0",
        "num_segments": "1",
        "direction": "outbound-api",
        "date_created": format_datetime(call.at),
        "date_sent": None,
        "error_code": None,
        "error_message": None,
        "messaging_service_sid": None,
        "price": None,
        "uri": f"/2010-04-01/Accounts/{account_sid}/Messages/{sid}.json",
    }


def typing(call: ApiCall) -> ApiAnswer:
    """An indicator that was taken: the message is marked as read by it."""
    form = form_of(call)
    if form.get("channel") != "whatsapp" or not SID.fullmatch(form.get("messageId", "")):
        raise ApiFault(20001, "channel and messageId are required")
    return ApiAnswer(status=200, json={"success": True}, signal=("typing", form["messageId"]))
