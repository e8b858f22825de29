"""A form for each thing that a webhook of Twilio's tells."""

from pydantic import SecretStr

from contracts.base import Value

Form = dict[str, str]


class TwilioNumber(Value):
    """A number at Twilio: `url` is the webhook as it is configured there, query included."""

    url: str
    account_sid: str
    phone: str
    auth_token: SecretStr


def message(number: TwilioNumber, contact: str, message_id: str, kind: str, words: str) -> Form:
    """What all messages carry; `kind` is the hint `MessageType`. A contact without a number has no `WaId`."""
    return {
        "MessageSid": message_id,
        "SmsSid": message_id,
        "SmsMessageSid": message_id,
        "AccountSid": number.account_sid,
        "From": f"whatsapp:{contact}",
        "To": f"whatsapp:{number.phone}",
        **({"WaId": contact.lstrip("+")} if contact.startswith("+") else {}),
        "Body": words,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "MessageType": kind,
    }


def text(number: TwilioNumber, contact: str, message_id: str, words: str, name: str = "") -> Form:
    """A text message."""
    return {**message(number, contact, message_id, "text", words), "ProfileName": name}


def media(number: TwilioNumber, contact: str, message_id: str, mime_type: str, url: str, caption: str = "") -> Form:
    """A photograph or a document, by its type."""
    kind = "image" if mime_type.startswith("image/") else "document"
    file = {"NumMedia": "1", "MediaContentType0": mime_type, "MediaUrl0": url}
    return {**message(number, contact, message_id, kind, caption), **file}


def button(number: TwilioNumber, contact: str, message_id: str, payload: str, title: str, answered: str) -> Form:
    """A press on a button of the interactive message `answered`."""
    press = {"ButtonPayload": payload, "ButtonText": title, "OriginalRepliedMessageSid": answered}
    return {**message(number, contact, message_id, "interactive", title), **press}


def row(number: TwilioNumber, contact: str, message_id: str, payload: str, title: str, answered: str) -> Form:
    """A choice from the list of the interactive message `answered`."""
    choice = {"ListId": payload, "ListTitle": title, "OriginalRepliedMessageSid": answered}
    return {**message(number, contact, message_id, "interactive", title), **choice}


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
