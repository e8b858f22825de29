"""Sinch, as the gateway sees it."""

from contracts.accounts import Account
from contracts.base import number_of
from contracts.content import Media
from contracts.outbound import OutboundMessage, OutboundSignal, Template
from gateway.providers.delivery import Conversation, Download, Sent
from gateway.providers.seam import Item, Parsed, Verdict, Webhook
from gateway.providers.sinch import inbound, outbound, signature, templates
from gateway.providers.sinch.manifest import MANIFEST


class Sinch:
    """Implements `Provider` and `SharedCallback`, and of sending `Delivers`, `Signals`, `HoldsMedia`, `HoldsTemplates`.

    The callback is shared where one app has several WhatsApp senders: all webhooks of an app tell of all of them.
    """

    manifest = MANIFEST

    def verify(self, webhook: Webhook, account: Account) -> Verdict:
        """Whether one of the account's webhook secrets signed the body, the nonce and the timestamp."""
        return signature.verify(webhook, account)

    def parse(self, webhook: Webhook) -> Parsed:
        """The one event in the body."""
        return inbound.parse(webhook)

    def belongs(self, item: Item, account: Account) -> bool:
        """Whether the item is of the account's app, and for its number where it names one."""
        app, project = account.credentials.get("app_id"), account.credentials.get("project_id")
        owners = {inbound.owner_of(None, app), inbound.owner_of(project, app)} if app else set()
        return item.owner in owners and item.address in {None, number_of(account.phone)}

    def reply(self) -> tuple[str, str]:
        """Sinch looks at the status code only."""
        return "text/plain", ""

    def candidates(self, webhook: Webhook, accounts: tuple[Account, ...]) -> tuple[Account, ...]:
        """Of these accounts, those of whose webhook secrets one signed the webhook."""
        return tuple(account for account in accounts if signature.verify(webhook, account) is Verdict.GENUINE)

    def deliver(self, message: OutboundMessage, account: Account, media_url: str | None) -> Conversation[Sent]:
        """Send a message: a token, the template where it is one, then the message."""
        return outbound.deliver(message, account, media_url)

    def check(self, account: Account) -> Conversation[str]:
        """Whether the keys open the project and its app."""
        return outbound.check(account)

    def signal(self, signal: OutboundSignal, account: Account) -> Conversation[None]:
        """A read mark, or that somebody is typing."""
        return outbound.signal(signal, account)

    def locate(self, media: Media, account: Account) -> Conversation[Download]:
        """The file's URL, which needs no credentials."""
        return outbound.locate(media)

    def templates(self, account: Account) -> Conversation[tuple[Template, ...]]:
        """All templates of the account's project."""
        return templates.listed(account)


PROVIDER = Sinch()
