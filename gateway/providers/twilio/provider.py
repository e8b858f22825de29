"""Twilio, as the gateway sees it."""

from contracts.accounts import Account
from gateway.providers.seam import Item, Parsed, Verdict, Webhook
from gateway.providers.twilio import inbound, signature
from gateway.providers.twilio.manifest import MANIFEST


class Twilio:
    """Implements `Provider`."""

    manifest = MANIFEST

    def verify(self, webhook: Webhook, account: Account) -> Verdict:
        """Whether one of the account's auth tokens signed the URL and the parameters."""
        return signature.verify(webhook, account)

    def parse(self, webhook: Webhook) -> Parsed:
        """The one message, status or notice of the request."""
        return inbound.parse(webhook)

    def belongs(self, item: Item, account: Account) -> bool:
        """Whether the item names the account's SID and its number: several numbers share a SID and its token."""
        owner = account.credentials.get("account_sid")
        return owner is not None and item.owner == owner and item.address == account.phone

    def reply(self) -> tuple[str, str]:
        """Empty TwiML: any other text could be sent to the customer as an answer."""
        return "text/xml", "<Response/>"


PROVIDER = Twilio()
