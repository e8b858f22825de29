"""The scenario `flood`: one account writes far more than the pipeline takes; how long do the others wait, and what does
it cost in memory."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
import psutil
from pydantic import SecretStr

from bench import site
from bench.journal import figures
from bench.load import http_request, open_loop
from bench.machine import Machine
from bench.report import Figure, percentile_ms, say
from bench.scenarios import WARM_UP_S, sustained
from bench.watcher import SELDOM_S, Watcher
from contracts.accounts import Account
from contracts.actions import AutoReplyAction
from contracts.messages import DeliveryState
from runtime.clock import utc_now
from runtime.crypto import secret_box
from runtime.demo.credentials import api_url
from runtime.embedded.processes import SANDBOX
from runtime.embedded.stack_file import StackInfo
from runtime.sandbox import meta
from runtime.sandbox.client import SandboxClient
from runtime.sandbox.seam import PlayedNumber
from runtime.settings import Settings
from runtime.store.client import Store
from runtime.store.collections import MESSAGES
from runtime.store.configuration import ConfigurationStore

TARGET = 2.0
FLOOD, FLOOD_RATE = 3.0, 300.0
"""How many times what the whole way sustains the flood brings, and how many messages a second at least."""
CALM_RATE = 10.0
CALM, CALM_NUMBER = "CALM", "200000000000010"
IDLE_S = 10.0
CONNECTIONS, CALM_CONNECTIONS = 256, 8
DEADLINE_S = 900.0
KNOWN_S = 3.0
MEBIBYTE = 2**20
MOST_MEBIBYTES = {"gateway": 300, "router": 400, "worker": 400, "sender": 400, "clock": 300, "console": 300}
"""What docs/operators.md states for each kind of process under flood, in resident memory."""
GREETING = AutoReplyAction(text="Thank you for your order.")


async def flood(machine: Machine, seconds: float) -> Figure:
    """Latency of an account with a steady ten messages a second, from webhook to agent queue: idle, and beside a flood
    of another account, whose customers each get an answer.

    The ratio is the median in the flood over the median before it. `memory_mb` is the largest that any process of ours
    became; each must stay within what docs/operators.md states.
    """
    async with machine.stack([*MOST_MEBIBYTES, SANDBOX.name]) as (stack, settings):
        await _prepare(settings, stack.info)
        url = f"{stack.info.gateway_url}{site.webhook(0).path}"
        watcher = Watcher(machine.endpoints.mongo_url, settings.database)
        await watcher.start()
        rate = await sustained(url, watcher, WARM_UP_S, first=0)
        flood_rate = max(FLOOD * rate, FLOOD_RATE)
        calm = Calm(url.replace(site.KEY, CALM), watcher)
        idle = await calm.write(IDLE_S)
        say(f"flood: the way sustains {rate:.0f}/s; idle {_described(idle)}")
        memory = Memory({name: pid for name, pid in stack.info.pids.items() if _kind(name) in MOST_MEBIBYTES})
        watching = asyncio.create_task(memory.watch())
        numbers = range(10**6, 10**6 + int(flood_rate * seconds))
        wires = _wires(url, numbers)
        flooding = asyncio.create_task(open_loop(url, wires, flood_rate, CONNECTIONS))
        beside = await calm.write(seconds)
        tally = await flooding
        aside = await _aside(stack.info.health_urls["gateway-0"])
        watching.cancel()
        await watcher.stop()
        sent = await _sent(machine, settings)
    say(f"flood: beside {len(tally.latencies)} others, {tally.refused} refused, {_described(beside)}")
    say(f"flood: of the flood {aside[0]:.0f} events were put aside, {aside[1] / MEBIBYTE:.1f} MiB wait there")
    say(f"flood: {sent} answers have been sent")
    for name, most in memory.most.items():
        say(f"flood: {name} at most {most / MEBIBYTE:.0f} MiB of {MOST_MEBIBYTES[_kind(name)]}")
    ratio = percentile_ms(beside, 0.5) / percentile_ms(idle, 0.5)
    return Figure(
        scenario="flood",
        rate=round(len(tally.latencies) / seconds, 1),
        p50_ms=percentile_ms(beside, 0.5),
        p99_ms=percentile_ms(beside, 0.99),
        reference=f"the same account while nobody else writes: p50 {percentile_ms(idle, 0.5)} ms",
        reference_rate=CALM_RATE,
        ratio=round(ratio, 2),
        target=f"ratio <= {TARGET:g}, none refused, and every process within its bound",
        met=ratio <= TARGET and not tally.refused and memory.bounded,
        seconds=seconds,
        memory_mb=round(max(memory.most.values()) / MEBIBYTE, 1),
    )


@dataclass(slots=True)
class Calm:
    """The account that writes as always; each of its messages is of a customer of its own."""

    url: str
    watcher: Watcher
    written: int = 0

    async def write(self, seconds: float) -> list[float]:
        """Write for so long; how long each message took to an agent's queue, in seconds."""
        count = int(CALM_RATE * seconds)
        contacts = [f"+1666{self.written + number:07d}" for number in range(count)]
        self.written += count
        seen = [self.watcher.seen((contact, 1)) for contact in contacts]
        self.watcher.poll_s = SELDOM_S
        wires = [_calm_wire(self.url, contact) for contact in contacts]
        tally = await open_loop(self.url, wires, CALM_RATE, CALM_CONNECTIONS)
        assert not tally.refused, f"{tally.refused} requests of the calm account were refused"
        async with asyncio.timeout(DEADLINE_S):
            arrived = await asyncio.gather(*seen)
        return [at - (tally.started_at + place / CALM_RATE) for place, at in enumerate(arrived)]


@dataclass(slots=True)
class Memory:
    """The most memory that each process had."""

    pids: Mapping[str, int]
    most: dict[str, int] = field(default_factory=dict)

    async def watch(self) -> None:
        """Look every second, until cancelled."""
        while True:
            for name, pid in self.pids.items():
                self.most[name] = max(self.most.get(name, 0), psutil.Process(pid).memory_info().rss)
            await asyncio.sleep(1)

    @property
    def bounded(self) -> bool:
        """Whether each stayed within its bound."""
        return all(most <= MOST_MEBIBYTES[_kind(name)] * MEBIBYTE for name, most in self.most.items())


def _kind(process: str) -> str:
    return process.rpartition("-")[0]


async def _aside(health_url: str) -> tuple[float, float]:
    """How many events the gateway has put aside so far, and how many bytes of them are there now."""
    async with httpx.AsyncClient(trust_env=False) as client:
        found = figures((await client.get(f"{health_url}/metrics")).text)
    return found["switchboard_flood_diverted_total"], found["switchboard_flood_bytes"]


async def _prepare(settings: Settings, info: StackInfo) -> None:
    """Give the account of the flood a provider that it can answer through, and add the calm one."""
    sandbox_url = str(info.sandbox_url)
    store = Store(settings.mongo_url, settings.database)
    configuration = ConfigurationStore(store, secret_box(settings))
    flooding = (await configuration.load()).accounts[site.ACCOUNT]
    credentials = {**flooding.credentials, "api_url": api_url(flooding.type, sandbox_url)}
    actions = (GREETING, flooding.actions[-1])
    await configuration.put(
        flooding.model_copy(update={"credentials": credentials, "actions": actions}),
        Account.model_validate(
            {
                **dict(flooding),
                "id": "calm",
                "key": CALM,
                "credentials": {**credentials, "phone_number_id": CALM_NUMBER},
                "revision": 0,
            }
        ),
    )
    await store.stop()
    secrets = {name: secret.get_secret_value() for name, secret in flooding.secrets.items()}
    number = PlayedNumber(
        provider=flooding.type,
        account_key=flooding.key,
        phone=flooding.phone,
        webhook_url=f"{info.gateway_url}{site.webhook(0).path}",
        api_url=credentials["api_url"],
        credentials={**credentials, **secrets},
    )
    async with SandboxClient(sandbox_url) as sandbox:
        await sandbox.put_numbers([number])
    await asyncio.sleep(KNOWN_S)


async def _sent(machine: Machine, settings: Settings) -> int:
    messages = machine.database(settings.database)[MESSAGES]
    return await messages.count_documents({"direction": "outbound", "state": {"$ne": DeliveryState.QUEUED}})


def _calm_wire(url: str, contact: str) -> bytes:
    target = meta.MetaNumber(
        url="http://bench/webhooks/meta/CALM",
        waba_id=site.WABA_ID,
        phone_number_id=CALM_NUMBER,
        phone=site.PHONE,
        app_secret=SecretStr(site.SECRET),
    )
    request = meta.request(target, [meta.text(contact, f"wamid.calm{contact}", utc_now(), "order")], names={})
    return http_request(url, list(request.headers.items()), request.body)


def _wires(url: str, numbers: range) -> list[bytes]:
    requests = [site.webhook(number) for number in numbers]
    return [http_request(url, list(request.headers.items()), request.body) for request in requests]


def _described(latencies: list[float]) -> str:
    return f"p50 {percentile_ms(latencies, 0.5)} ms, p99 {percentile_ms(latencies, 0.99)} ms"
