"""The sweep of whitelists: the rules of deleted ones are cleared away, a part at a time."""

from runtime.logging import get_logger
from runtime.store.whitelists import WhitelistRules

log = get_logger(__name__)

MOST_AT_ONCE = 20_000
"""What one sweep takes away: the sweeps after it are not to wait for a million."""


class WhitelistSweep:
    """One sweep at a time; called by the clock. Nobody sees those rules any more, so there is no hurry."""

    def __init__(self, rules: WhitelistRules) -> None:
        self._rules = rules

    async def __call__(self) -> None:
        """Sweep."""
        discarded = await self._rules.discard_orphans(MOST_AT_ONCE)
        if discarded:
            log.info("whitelists.rules_discarded", count=discarded)
