"""The sweep of files: what should be here by now is asked for again, what broken-off uploads left is cleared away."""

from datetime import timedelta

from contracts.commands import FetchMedia
from runtime.clock import Clock
from runtime.logging import get_logger
from runtime.publishing import Outbox
from runtime.store.files import MessageFiles
from runtime.store.media import GridFSMedia

log = get_logger(__name__)

MOST_AT_ONCE = 500
BROKEN_OFF = timedelta(hours=1)
"""An upload that began before has died: an attempt at a file ends within minutes."""


class FileSweep:
    """One sweep at a time; called by the clock. `overdue` is the age at which a file should be here."""

    def __init__(
        self, files: MessageFiles, media: GridFSMedia, outbox: Outbox, clock: Clock, overdue: timedelta
    ) -> None:
        self._files = files
        self._media = media
        self._outbox = outbox
        self._clock = clock
        self._overdue = overdue

    async def __call__(self) -> None:
        """Sweep."""
        now = self._clock()
        pending = await self._files.claim_pending(now, self._overdue, MOST_AT_ONCE)
        if pending:
            log.warning("files.overdue", count=len(pending))
        await self._outbox.errands(
            [
                FetchMedia(correlation_id=one.correlation_id, account_id=one.account_id, message_id=one.id)
                for one in pending
            ]
        )
        await self._media.discard_unfinished(now - BROKEN_OFF, MOST_AT_ONCE)
