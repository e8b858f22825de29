"""Twilio, as the gateway sees it."""

from contracts.accounts import Account
from contracts.content import Media
from contracts.outbound import OutboundMessage, OutboundSignal, Template
from gateway.providers.delivery import Conversation, Download, Sent
from gateway.providers.seam import Item, Parsed, Verdict, Webhook
from gateway.providers.twilio import inbound, outbound, signature, templates
from gateway.providers.twilio.manifest import MANIFEST
from gateway.providers.twilio.media import locate


class Twilio:
    """Implements `Provider`, `Delivers`, `Signals`, `HoldsMedia` and `HoldsTemplates`."""

    manifest = MANIFEST

    def verify(self, webhook: Webhook, account: Account) -> Verdict:
        """Whether one of the account's auth tokens signed the URL and the parameters."""
        return signature.verify(webhook, account)

    def parse(self, webhook: Webhook) -> Parsed:
        """The message, status or notice of the request; a message with several files is several."""
        return inbound.parse(webhook)

    def belongs(self, item: Item, account: Account) -> bool:
        """Whether the item names the account's SID and its number: several numbers share a SID and its token."""
        owner = account.credentials.get("account_sid")
        return owner is not None and item.owner == owner and item.address == account.phone

    def reply(self) -> tuple[str, str]:
        """Empty TwiML: any other text could be sent to the customer as an answer."""
        return "text/xml", "<Response/>"

    def deliver(self, message: OutboundMessage, account: Account, media_url: str | None) -> Conversation[Sent]:
        """Send a message."""
        return outbound.deliver(message, account, media_url)

    def check(self, account: Account) -> Conversation[str]:
        """Whether SID and token open the account."""
        return outbound.check(account)

    def signal(self, signal: OutboundSignal, account: Account) -> Conversation[None]:
        """Show that somebody types."""
        return outbound.signal(signal, account)

    def locate(self, media: Media, account: Account) -> Conversation[Download]:
        """Where a file is fetched, and by whose leave."""
        return locate(media, account)

    def templates(self, account: Account) -> Conversation[tuple[Template, ...]]:
        """The contents that were submitted to WhatsApp."""
        return templates.templates(account)


PROVIDER = Twilio()
