"""Where customers' files are: at the URL of the webhook, for the account's credentials."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from contracts.accounts import Account
from contracts.content import Media
from contracts.messages import FailureKind, StatusReason
from gateway.providers.delivery import Conversation, Download, HttpCall, Refused
from gateway.providers.twilio.endpoints import basic, is_twilios

NO_CALLS: Iterator[HttpCall] = iter(())


def locate(media: Media, account: Account) -> Conversation[Download]:
    """Where a file is; see `HoldsMedia`. Nothing needs to be asked.

    Twilio answers with a redirect to a host of its storage, which is followed without the credentials. A URL that is
    not Twilio's is fetched without them from the start.
    """
    yield from NO_CALLS
    if not media.url:
        words = "Twilio gave no address for this file."
        raise Refused(StatusReason(code="no_media_url", kind=FailureKind.MEDIA, sentence=words))
    is_ours = is_twilios(media.url, account)
    return Download(
        call=HttpCall(method="GET", url=media.url, basic=basic(account) if is_ours else None),
        hosts=(urlsplit(media.url).hostname or "",) if is_ours else (),
        mime_type=media.mime_type,
        filename=media.filename,
    )
