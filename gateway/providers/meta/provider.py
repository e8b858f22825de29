"""Meta, as the gateway sees it."""

from collections.abc import Mapping

from contracts.accounts import Account
from contracts.content import Media
from contracts.outbound import OutboundMessage, OutboundSignal, Template
from gateway.providers.delivery import Conversation, Download, Sent
from gateway.providers.meta import inbound, outbound, signature, templates
from gateway.providers.meta import media as files
from gateway.providers.meta.manifest import MANIFEST
from gateway.providers.seam import Item, Parsed, Verdict, Webhook


class Meta:
    """Implements `Provider`, `Handshake`, `SharedCallback` (one callback URL serves all numbers of an app), `Delivers`,
    `Signals`, `HoldsMedia` and `HoldsTemplates`."""

    manifest = MANIFEST

    def verify(self, webhook: Webhook, account: Account) -> Verdict:
        """Whether one of the account's app secrets signed the body."""
        return signature.verify(webhook, account)

    def parse(self, webhook: Webhook) -> Parsed:
        """Every message, status and notice of every number in the body."""
        return inbound.parse(webhook)

    def belongs(self, item: Item, account: Account) -> bool:
        """Whether the item is for the account's number, or for its business account where it names no number."""
        if item.address is None and item.owner is None:
            return False
        number, owner = account.credentials.get("phone_number_id"), account.credentials.get("account_sid")
        return item.address in {None, number} and item.owner in {None, owner}

    def reply(self) -> tuple[str, str]:
        """Meta looks at the status code only."""
        return "text/plain", ""

    def challenge(self, query: Mapping[str, str], account: Account) -> str | None:
        """The answer to the GET by which Meta checks the URL."""
        return signature.challenge(query, account)

    def candidates(self, webhook: Webhook, accounts: tuple[Account, ...]) -> tuple[Account, ...]:
        """Of these accounts, those of whose app secrets one signed the body."""
        return signature.candidates(webhook, accounts)

    def deliver(self, message: OutboundMessage, account: Account, media_url: str | None) -> Conversation[Sent]:
        """Send a message; our own files are uploaded, `media_url` is not needed."""
        return outbound.deliver(message, account)

    def check(self, account: Account) -> Conversation[str]:
        """Whether the token opens the business account, and the number is one of that."""
        return outbound.check(account)

    def signal(self, signal: OutboundSignal, account: Account) -> Conversation[None]:
        """Mark as read, with the typing indicator or without."""
        return outbound.signal(signal, account)

    def locate(self, media: Media, account: Account) -> Conversation[Download]:
        """Where the file of an inbound message is."""
        return files.locate(media, account)

    def templates(self, account: Account) -> Conversation[tuple[Template, ...]]:
        """All templates of the business account."""
        return templates.templates(account)


PROVIDER = Meta()
