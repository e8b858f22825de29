"""Requests as Twilio makes them, signed."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from runtime.sandbox.requests import SignedRequest, path_of
from runtime.sandbox.twilio.forms import Form, TwilioNumber


def request(number: TwilioNumber, form: Form) -> SignedRequest:
    """A form, signed and posted."""
    signature = _signature(number, number.url + "".join(name + form[name] for name in sorted(form)))
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "X-Twilio-Signature": signature}
    return SignedRequest(method="POST", path=path_of(number.url), headers=headers, body=urlencode(form).encode())


def json_request(number: TwilioNumber, body: bytes) -> SignedRequest:
    """A JSON body, posted with its hash in the signed query."""
    mark = "&" if "?" in number.url else "?"
    url = f"{number.url}{mark}bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": _signature(number, url)}
    return SignedRequest(method="POST", path=path_of(url), headers=headers, body=body)


def query_request(number: TwilioNumber, form: Form) -> SignedRequest:
    """A form in the query of a GET, as a number can be configured."""
    mark = "&" if "?" in number.url else "?"
    url = f"{number.url}{mark}{urlencode(form)}"
    return SignedRequest(method="GET", path=path_of(url), headers={"X-Twilio-Signature": _signature(number, url)})


def _signature(number: TwilioNumber, data: str) -> str:
    key = number.auth_token.get_secret_value().encode()
    return base64.b64encode(hmac.new(key, data.encode(), hashlib.sha1).digest()).decode()
