"""Twilio's side: forms for messages and statuses, and the request that carries one."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from pydantic import SecretStr

from contracts.base import Value
from runtime.sandbox.requests import SignedRequest, path_of

Form = dict[str, str]


class TwilioNumber(Value):
    """A number at Twilio: `url` is the webhook as it is configured there, query included."""

    url: str
    account_sid: str
    phone: str
    auth_token: SecretStr


def _message(number: TwilioNumber, contact: str, message_id: str, kind: str, words: str) -> Form:
    return {
        "MessageSid": message_id,
        "SmsSid": message_id,
        "SmsMessageSid": message_id,
        "AccountSid": number.account_sid,
        "From": f"whatsapp:{contact}",
        "To": f"whatsapp:{number.phone}",
        "WaId": contact.lstrip("+"),
        "Body": words,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "MessageType": kind,
    }


def text(number: TwilioNumber, contact: str, message_id: str, words: str, name: str = "") -> Form:
    """A text message."""
    return {**_message(number, contact, message_id, "text", words), "ProfileName": name}


def media(number: TwilioNumber, contact: str, message_id: str, mime_type: str, url: str, caption: str = "") -> Form:
    """A photograph or a document, by its type."""
    kind = "image" if mime_type.startswith("image/") else "document"
    file = {"NumMedia": "1", "MediaContentType0": mime_type, "MediaUrl0": url}
    return {**_message(number, contact, message_id, kind, caption), **file}


def button(number: TwilioNumber, contact: str, message_id: str, payload: str, title: str, answered: str) -> Form:
    """A press on a button of the interactive message `answered`."""
    press = {"ButtonPayload": payload, "ButtonText": title, "OriginalRepliedMessageSid": answered}
    return {**_message(number, contact, message_id, "interactive", title), **press}


def row(number: TwilioNumber, contact: str, message_id: str, payload: str, title: str, answered: str) -> Form:
    """A choice from the list of the interactive message `answered`."""
    choice = {"ListId": payload, "ListTitle": title, "OriginalRepliedMessageSid": answered}
    return {**_message(number, contact, message_id, "interactive", title), **choice}


def quick_reply(number: TwilioNumber, contact: str, message_id: str, payload: str, title: str, answered: str) -> Form:
    """A press on a quick-reply button of the template message `answered`."""
    return {**button(number, contact, message_id, payload, title, answered), "MessageType": "button"}


def status(number: TwilioNumber, contact: str, message_id: str, word: str, error: str = "") -> Form:
    """A delivery status of our message `message_id`; `error` is Twilio's code."""
    form = {
        "MessageSid": message_id,
        "SmsSid": message_id,
        "MessageStatus": word,
        "SmsStatus": word,
        "AccountSid": number.account_sid,
        "From": f"whatsapp:{number.phone}",
        "To": f"whatsapp:{contact}",
        "ApiVersion": "2010-04-01",
    }
    return {**form, **({"ErrorCode": error} if error else {})}


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
