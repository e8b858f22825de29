"""Customers who write: what they say becomes the provider's webhooks, each message in its own or several in one."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence

from contracts.base import Instant, Value, new_id
from contracts.content import Content, Media
from contracts.errors import ConfigurationFault
from contracts.messages import InboundMessage, MessageContext, Referral
from runtime.clock import Clock
from runtime.sandbox.numbers import Numbers
from runtime.sandbox.phones import Phones
from runtime.sandbox.postman import Postman, Receipt
from runtime.sandbox.requests import SignedRequest
from runtime.sandbox.seam import (
    NamesFiles,
    NamesMessages,
    PlayedNumber,
    PlayedProvider,
    PlaysBatches,
    SandboxFile,
)
from runtime.sandbox.shelf import Shelf


class Said(Value):
    """What a customer says. `id` is the provider's id of the message; one is made up when it is left out. `at` is when
    it was said, if not now.

    A file is said by the `media_id` under which the sandbox has it.
    """

    contact: str
    content: Content
    name: str = ""
    user_id: str | None = None
    context: MessageContext | None = None
    referral: Referral | None = None
    id: str | None = None
    at: Instant | None = None


class Told(Receipt):
    """A message that the gateway was told of: the provider's id of it, and what came of the webhook."""

    id: str


class Customers:
    """Puts words into customers' mouths."""

    def __init__(
        self,
        played: Mapping[str, PlayedProvider],
        numbers: Numbers,
        phones: Phones,
        shelf: Shelf,
        postman: Postman,
        clock: Clock,
    ) -> None:
        self._played = played
        self._numbers = numbers
        self._phones = phones
        self._shelf = shelf
        self._postman = postman
        self._clock = clock

    async def say(self, account: str, said: Sequence[Said], *, together: bool, repeat: int) -> list[Told]:
        """Have customers of an account say something, in order; each webhook comes `repeat` times more.

        Raises:
            NotFound: the account has no number here.
            ConfigurationFault: customers of its provider cannot say such a thing, or not several in one webhook.
        """
        number = self._numbers.get(account)
        messages = [self._message(number, one) for one in said]
        requests = self._requests(number, messages, together=together)
        for message in messages:
            self._phones.say(account, message)
        receipts = [await self._post(number, request, repeat) for request in requests]
        if together:
            receipts *= len(messages)
        return [
            Told(id=message.provider_id, status=receipt.status, refused=receipt.refused)
            for message, receipt in zip(messages, receipts, strict=True)
        ]

    async def _post(self, number: PlayedNumber, request: SignedRequest, repeat: int) -> Receipt:
        receipts = [await self._postman.post(number, request) for _ in range(1 + repeat)]
        worst = max(receipts, key=lambda receipt: (not receipt.accepted, receipt.refused))
        return Receipt(status=worst.status, refused=sum(receipt.refused for receipt in receipts))

    def _requests(
        self, number: PlayedNumber, messages: Sequence[InboundMessage], *, together: bool
    ) -> list[SignedRequest]:
        played = self._played[number.provider]
        try:
            if not together:
                return [played.says(number, message) for message in messages]
            if isinstance(played, PlaysBatches):
                return [played.says_together(number, tuple(messages))]
        except ValueError as error:
            raise ConfigurationFault("messages", str(error)) from error
        raise ConfigurationFault("together", f"{number.provider} tells of one message in a webhook")

    def _message(self, number: PlayedNumber, said: Said) -> InboundMessage:
        return InboundMessage(
            provider_id=said.id or self._new_id(number),
            contact_key=said.contact,
            user_id=said.user_id,
            profile_name=said.name,
            sent_at=said.at or self._clock(),
            content=self._content(number, said.content),
            context=said.context,
            referral=said.referral,
        )

    def _new_id(self, number: PlayedNumber) -> str:
        played = self._played[number.provider]
        return played.message_id(secrets.token_hex(16)) if isinstance(played, NamesMessages) else new_id()

    def _content(self, number: PlayedNumber, content: Content) -> Content:
        file = self._shelf.get(content.media_id or "") if isinstance(content, Media) else None
        if file is None:
            return content
        facts = {
            "url": self.file_url(number, file),
            "mime_type": file.mime_type,
            "filename": file.filename or None,
            "sha256": hashlib.sha256(file.content).hexdigest(),
        }
        return content.model_copy(update={name: fact for name, fact in facts.items() if not getattr(content, name)})

    def file_url(self, number: PlayedNumber, file: SandboxFile) -> str:
        """Where a file is fetched: at the provider, or at a public address where it has none of its own."""
        played = self._played[number.provider]
        if isinstance(played, NamesFiles):
            return played.file_url(number, file.media_id)
        root = number.api_url.rstrip("/").rpartition("/")[0]
        return f"{root}/files/{file.media_id}"
