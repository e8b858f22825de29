"""Fetching the file of a customer's message: asked for by an errand, done once, settled in the message.

What will not succeed is settled as failed, with a sentence for the agent. What may succeed later is raised as `NotYet`
and comes again, from the errands' own retries and then from the clock, until the message is too old for any provider
to have its file still.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import timedelta

from contracts.accounts import Account
from contracts.commands import FetchMedia
from contracts.content import Media
from contracts.stored import FileState, StoredFile, StoredMessage
from gateway.media.download import Downloads, Gone, NotYet, Served
from gateway.providers.delivery import Download, HoldsMedia, Refused, TryLater
from gateway.send.calls import Caller
from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.http.client import OutboundHttp
from runtime.logging import get_logger
from runtime.media.intake import Announced, take_in
from runtime.media.seam import FileInfo, FileRefused, MediaStore, TooLarge, WrongType
from runtime.media.types import PAGE, SAYS_NOTHING, fits, plain_type
from runtime.metrics import Metrics
from runtime.store.files import MessageFiles

log = get_logger(__name__)

WITHIN_S = 300
"""Most time for one attempt. A server that gives a byte a second would hold a fetcher for days."""

GIVE_UP = timedelta(days=7)
"""Meta keeps a file for seven days, the longest of all that say so."""

SETTLING = timedelta(minutes=2)
"""A file is said to be missing at Twilio for a moment after its message came (unconfirmed)."""


class MediaFetcher:
    """Fetches files. `most` is the size in bytes from which on a file is refused."""

    def __init__(
        self,
        providers: Mapping[str, object],
        configuration: ConfigurationCache,
        caller: Caller,
        outbound: OutboundHttp,
        files: MessageFiles,
        media: MediaStore,
        metrics: Metrics,
        clock: Clock,
        most: int,
    ) -> None:
        self._providers = providers
        self._configuration = configuration
        self._caller = caller
        self._downloads = Downloads(outbound)
        self._files = files
        self._media = media
        self._metrics = metrics
        self._clock = clock
        self._most = most

    async def handle(self, command: FetchMedia) -> None:
        """Fetch the file of a message, unless that was settled before.

        Raises:
            NotYet: it did not work and may later; nothing of it is kept.
            Unavailable: the store cannot be reached.
        """
        message = await self._files.message(command.message_id)
        if message is None or message.file is None or message.file.state is not FileState.PENDING:
            return
        try:
            file = await self._fetched(message)
        except FileRefused as error:
            file = _failed(message, str(error))
        except NotYet as error:
            if self._age(message) < GIVE_UP:
                self._count("retried")
                raise
            file = _failed(message, f"the file could not be fetched in time: {error}")
        if await self._files.settle(message.id, file):
            self._count(file.state.value)
            seen = {"message_id": message.id, "state": file.state.value, "size": file.size, "reason": file.reason}
            log.info("media.settled", correlation_id=command.correlation_id, **seen)

    async def _fetched(self, message: StoredMessage) -> StoredFile:
        file_id = file_id_of(message.id)
        known = await self._media.info(file_id)
        if known is not None:
            return _stored(known)
        try:
            async with asyncio.timeout(WITHIN_S):
                return _stored(await self._download(message, file_id))
        except TimeoutError as error:
            raise NotYet(f"the file did not come within {WITHIN_S} s") from error
        except Gone as error:
            if error.missing and self._age(message) < SETTLING:
                raise NotYet(str(error)) from error
            raise

    async def _download(self, message: StoredMessage, file_id: str) -> FileInfo:
        account = self._configuration.current.accounts.get(message.account_id)
        if account is None or not isinstance(message.content, Media):
            raise FileRefused("the account of the message is not there any more")
        download = await self._located(message.content, account)
        async with self._downloads.open(download, account.proxy) as served:
            announced = self._announced(message.content, download, served)
            return await take_in(self._media, file_id, served.parts(), announced)

    async def _located(self, media: Media, account: Account) -> Download:
        provider = self._providers.get(account.type)
        if not isinstance(provider, HoldsMedia):
            raise FileRefused(f"files of {account.type} cannot be fetched")
        try:
            return await self._caller.converse(provider.locate(media, account), account)
        except Refused as error:
            raise FileRefused(str(error)) from error
        except TryLater as error:
            raise NotYet(str(error), error.after_s) from error

    def _announced(self, media: Media, download: Download, served: Served) -> Announced:
        """What is known of a file before it is read.

        Raises:
            WrongType, TooLarge: that is reason enough not to read it.
        """
        declared, given = plain_type(download.mime_type or media.mime_type), plain_type(served.mime_type)
        for mime_type in (declared, given):
            if not fits(media.kind, mime_type):
                raise WrongType(f"the provider gives {mime_type} where the message has a file of kind {media.kind}")
        if given == PAGE and declared not in {*SAYS_NOTHING, PAGE}:
            raise WrongType("the provider gives a page of its own instead of the file")
        if served.size > self._most:
            raise TooLarge(self._most)
        return Announced(
            most=self._most,
            mime_type=given if declared in SAYS_NOTHING else declared,
            filename=download.filename or media.filename or served.filename,
            sha256=download.sha256 or media.sha256,
        )

    def _age(self, message: StoredMessage) -> timedelta:
        return self._clock() - message.received_at

    def _count(self, outcome: str) -> None:
        self._metrics.handled.labels("media", outcome).inc()


def file_id_of(message_id: str) -> str:
    """The id of the file of a message, always the same one: so it is stored once, however often it is fetched."""
    return hashlib.sha256(message_id.encode()).hexdigest()


def _stored(info: FileInfo) -> StoredFile:
    return StoredFile(
        state=FileState.STORED,
        id=info.id,
        mime_type=info.mime_type,
        filename=info.filename,
        size=info.size,
        sha256=info.sha256,
    )


def _failed(message: StoredMessage, reason: str) -> StoredFile:
    said = message.content if isinstance(message.content, Media) else None
    return StoredFile(
        state=FileState.FAILED,
        mime_type=plain_type(said.mime_type) if said else "",
        filename=said.filename if said else None,
        reason=reason,
    )
