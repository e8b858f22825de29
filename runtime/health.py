"""`/live`, `/ready` and `/metrics` of every process, on a port of their own that no customer reaches.

Live: the event loop turns. Ready: every dependency's own check passes; each registers itself here.
"""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from runtime.metrics import Metrics

Check = Callable[[], Awaitable[None]]
CHECK_TIMEOUT_S = 3.0


class Health:
    """The checks of one process. A check returns when its dependency is well, and raises when it is not."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def register(self, name: str, check: Check) -> None:
        """Add a dependency's check."""
        self._checks[name] = check

    async def failures(self) -> dict[str, str]:
        """What is not well, by dependency: the sentence of its error."""
        results = await asyncio.gather(*(self._run(check) for check in self._checks.values()))
        return {name: failure for name, failure in zip(self._checks, results, strict=True) if failure}

    @staticmethod
    async def _run(check: Check) -> str:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                await check()
        except TimeoutError:
            return f"no answer within {CHECK_TIMEOUT_S:g} s"
        except Exception as error:  # noqa: BLE001 - whatever a check raises is its finding
            return str(error) or type(error).__name__
        return ""


def health_app(health: Health, metrics: Metrics) -> web.Application:
    """The application that serves the three paths."""

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    async def ready(_request: web.Request) -> web.Response:
        failures = await health.failures()
        body = {"status": "not ready" if failures else "ready", "failures": failures}
        return web.json_response(body, status=503 if failures else 200)

    async def exposition(_request: web.Request) -> web.Response:
        return web.Response(
            body=metrics.exposition(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    app = web.Application()
    app.add_routes([web.get("/live", live), web.get("/ready", ready), web.get("/metrics", exposition)])
    return app
