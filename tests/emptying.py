"""A database emptied between two tests, of what was used meanwhile: most tests use a few collections of many."""

import asyncio
from collections.abc import Mapping
from typing import Any

from motor.motor_asyncio import AsyncIOMotorDatabase


class Emptying:
    """Remembers how often each collection had been used when it was last known to be empty."""

    def __init__(self, database: "AsyncIOMotorDatabase[dict[str, Any]]") -> None:
        self._database = database
        self._uses: Mapping[str, int] = {}

    async def __call__(self) -> None:
        uses = await self._used()
        names = [name for name, count in uses.items() if count != self._uses.get(name)]
        await asyncio.gather(*(self._database[name].delete_many({}) for name in names))
        self._uses = {name: count + (name in names) for name, count in uses.items()}  # the deletion is one more use

    async def _used(self) -> dict[str, int]:
        """Operations on each collection since the database was started, as its command `top` counts them."""
        prefix = f"{self._database.name}."
        totals = (await self._database.client.admin.command("top"))["totals"]
        return {
            name.removeprefix(prefix): int(figures["total"]["count"])
            for name, figures in totals.items()
            if name.startswith(prefix)
        }
