"""Kaleyra, as the gateway sees it."""

from contracts.accounts import Account
from contracts.content import Media
from contracts.outbound import OutboundMessage, OutboundSignal, Template
from gateway.providers.delivery import Conversation, Download, Sent
from gateway.providers.kaleyra import inbound, outbound, resources, verification
from gateway.providers.kaleyra.manifest import MANIFEST
from gateway.providers.seam import Item, Parsed, Verdict, Webhook


class Kaleyra:
    """Implements `Provider` and `SecretUrl`, and `Delivers`, `Signals`, `HoldsMedia` and `HoldsTemplates`."""

    manifest = MANIFEST

    def verify(self, webhook: Webhook, account: Account) -> Verdict:
        """Whether the callback holds the account's secrets; Kaleyra signs nothing."""
        return verification.verify(webhook, account)

    def callback_query(self, account: Account) -> str:
        """The secret part of the account's callback URL."""
        return verification.callback_query(account)

    def parse(self, webhook: Webhook) -> Parsed:
        """Every message, status and notice, of either generation of the API."""
        return inbound.parse(webhook)

    def belongs(self, item: Item, account: Account) -> bool:
        """Whether what the item names is the account's. The older callbacks name nothing; the secrets are the account's
        own and shared with no other, so that those are its too."""
        waba_id = account.credentials.get("waba_id")
        return item.address in {None, account.phone} and item.owner in {None, waba_id}

    def reply(self) -> tuple[str, str]:
        """Kaleyra looks at the status code only."""
        return "text/plain", ""

    def deliver(self, message: OutboundMessage, account: Account, media_url: str | None) -> Conversation[Sent]:
        """Send a message by the second generation of the API."""
        return outbound.deliver(message, account, media_url)

    def check(self, account: Account) -> Conversation[str]:
        """Whether the API key opens the business account."""
        return resources.check(account)

    def signal(self, signal: OutboundSignal, account: Account) -> Conversation[None]:
        """A read mark, or a read mark with a typing indicator."""
        return outbound.signal(signal, account)

    def locate(self, media: Media, account: Account) -> Conversation[Download]:
        """Kaleyra's own copy of a customer's file, open to whoever has its link."""
        return resources.locate(media)

    def templates(self, account: Account) -> Conversation[tuple[Template, ...]]:
        """All templates of the business account."""
        return resources.templates(account)


PROVIDER = Kaleyra()
