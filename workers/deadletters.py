"""The keeper of dead letters: from the broker's queue into the database, where people can look at them."""

from collections.abc import Sequence

from pydantic import ValidationError

from contracts.base import new_id
from contracts.deadletters import DeadLetter
from runtime.clock import Clock
from runtime.logging import get_logger
from runtime.store.deadletters import DeadLetterStore

log = get_logger(__name__)


class DeadLetterKeeper:
    """Handles batches of dead letters."""

    def __init__(self, store: DeadLetterStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def handle(self, bodies: Sequence[bytes]) -> int:
        """Store dead letters; the number of them.

        Raises:
            Unavailable: the database is away.
        """
        letters = [self._read(body) for body in bodies]
        await self._store.keep(letters)
        for letter in letters:
            log.warning("dead_letter.kept", id=letter.id, stage=letter.stage, correlation_id=letter.correlation_id)
        return len(letters)

    def _read(self, body: bytes) -> DeadLetter:
        try:
            return DeadLetter.model_validate_json(body)
        except ValidationError as error:
            return DeadLetter(
                id=new_id(),
                stage="worker",
                reason=f"a dead letter that cannot be read: {error.error_count()} faults",
                attempts=1,
                at=self._clock(),
                correlation_id="",
                body=body.decode(errors="replace"),
            )
