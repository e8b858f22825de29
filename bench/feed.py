"""The scenario `feed`: from a customer's webhook to the browsers that listen to the live feed."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus

import aiohttp
import orjson

from bench import site
from bench.load import http_request, open_loop
from bench.machine import Machine
from bench.report import Figure, percentile_ms, say
from runtime.embedded.stack_file import StackInfo

RATE = 100.0
"""Messages a second: what about six hundred agents who each get one every six seconds have to listen to."""
CONNECTIONS = 64
TARGET_MS = 300.0
WARM_UP = 100
ROUNDS = 3
FIRST_MEASURED = 10**6
DEADLINE_S = 60.0
LOOKED_UP = 5
"""One message in so many is also looked up, as a browser does that is told of it."""
ID = b'"id":"'


class Browser:
    """One listener. It notes when it was told of which message, and looks some of them up."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str, *, looks_up: bool = False) -> None:
        self._session = session
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._looks_up = looks_up
        self.lookups: list[asyncio.Task[None]] = []
        self.told: dict[str, float] = {}
        self.shown: dict[str, float] = {}

    async def listen(self, ready: asyncio.Event) -> None:
        """Listen until cancelled."""
        timeout = aiohttp.ClientTimeout(total=None)
        async with self._session.get(f"{self._url}/api/live", headers=self._headers, timeout=timeout) as response:
            response.raise_for_status()
            ready.set()
            async for line in response.content:
                if line.startswith(b'data: {"kind":"message"'):
                    self._hear(orjson.loads(line[6:]))

    def _hear(self, change: dict[str, str]) -> None:
        if change["id"] in self.told:
            return
        self.told[change["id"]] = time.time()
        if self._looks_up and len(self.told) % LOOKED_UP == 0:
            self.lookups.append(asyncio.create_task(self._look_up(change["id"], change["interaction_id"])))

    async def _look_up(self, message: str, interaction: str) -> None:
        url = f"{self._url}/api/interactions/{interaction}/messages"
        async with self._session.get(url, headers=self._headers) as response:
            found = await response.read()
        assert response.status == HTTPStatus.OK, f"{response.status}: {found[:500]!r}"
        assert ID + message.encode() in found, f"a browser was told of {message}, and it was not there"
        self.shown[message] = time.time()


async def feed(machine: Machine, seconds: float) -> Figure:
    """Latencies from when a webhook was due until a browser is told, while twenty agents' browsers listen; of three
    rounds the one in the middle counts."""
    rounds: list[tuple[float, float, float]] = []
    async with machine.stack(["gateway", "router", "worker", "console"]) as (stack, _), _browsers(stack.info) as all_:
        await _send(stack.info, range(WARM_UP))
        for turn in range(1, ROUNDS + 1):
            first = turn * FIRST_MEASURED
            started_at, ids = await _send(stack.info, range(first, first + int(RATE * seconds)))
            await _all_told(all_, ids)
            told, shown = (_latencies(seen, ids, started_at) for seen in (all_[0].told, all_[0].shown))
            p50, p95, p99 = (percentile_ms(told, share) for share in (0.5, 0.95, 0.99))
            rounds.append((p95, p50, p99))
            looked_up = f"looked up as well: p50 {percentile_ms(shown, 0.5)} ms, p95 {percentile_ms(shown, 0.95)} ms"
            say(f"feed: round {turn}/{ROUNDS}, p50 {p50} ms, p95 {p95} ms; {looked_up}")
    p95, p50, p99 = sorted(rounds)[ROUNDS // 2]
    return Figure(
        scenario="feed",
        rate=RATE,
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        reference="",
        reference_rate=None,
        ratio=None,
        target=f"p95 <= {TARGET_MS:g} ms",
        met=p95 <= TARGET_MS,
    )


@asynccontextmanager
async def _browsers(info: StackInfo) -> AsyncIterator[list[Browser]]:
    """One of each agent, who listen; the first also looks up."""
    admin = info.token_file.read_text(encoding="utf-8").strip()
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        browsers = [
            Browser(session, info.console_url, await _token(session, info, admin, agent.id), looks_up=place == 0)
            for place, agent in enumerate(site.AGENTS)
        ]
        ready = [asyncio.Event() for _ in browsers]
        tasks = [asyncio.create_task(one.listen(event)) for one, event in zip(browsers, ready, strict=True)]
        try:
            async with asyncio.timeout(DEADLINE_S):
                await asyncio.gather(*(event.wait() for event in ready))
            yield browsers
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _token(session: aiohttp.ClientSession, info: StackInfo, admin: str, agent: str) -> str:
    wanted = {"name": agent, "role": "agent", "agent_id": agent, "scopes": ["read"]}
    headers = {"Authorization": f"Bearer {admin}"}
    async with session.post(f"{info.console_url}/api/tokens", json=wanted, headers=headers) as response:
        response.raise_for_status()
        return str((await response.json())["token"])


async def _send(info: StackInfo, numbers: Sequence[int]) -> tuple[float, list[str]]:
    """Have customers write, so many a second; when the first was due, and the ids under which they are stored."""
    requests = [site.webhook(number) for number in numbers]
    url = f"{info.gateway_url}{requests[0].path}"
    wire = [http_request(url, list(request.headers.items()), request.body) for request in requests]
    tally = await open_loop(url, wire, RATE, CONNECTIONS)
    assert not tally.refused, f"{tally.refused} requests were refused"
    return tally.started_at, [_stored_id(request.body) for request in requests]


def _stored_id(body: bytes) -> str:
    (message,) = orjson.loads(body)["entry"][0]["changes"][0]["value"]["messages"]
    return f"{site.ACCOUNT}:{message['id']}"


async def _all_told(browsers: Sequence[Browser], ids: Sequence[str]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        for browser in browsers:
            while not browser.told.keys() >= set(ids):  # noqa: ASYNC110 - nobody else is told of it
                await asyncio.sleep(0.05)
            await asyncio.gather(*browser.lookups)


def _latencies(seen: dict[str, float], ids: Sequence[str], started_at: float) -> list[float]:
    return [seen[one] - (started_at + place / RATE) for place, one in enumerate(ids) if one in seen]
