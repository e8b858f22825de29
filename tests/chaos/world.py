"""An installation whose ways to broker and database can be cut, and whose processes can be bent."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import SecretStr

from runtime.demo.credentials import new_credentials
from runtime.embedded.mongodb import MongoDB
from runtime.embedded.processes import KINDS, ProcessKind, SwitchboardProcess
from runtime.embedded.rabbitmq import RabbitMQ
from runtime.embedded.services import EmbeddedServices
from runtime.sandbox.seam import PlayedNumber
from runtime.store.client import Store
from tests.chaos.child import DIRECTORY, FULL, shift_file
from tests.chaos.disk import Disk, journal_disk
from tests.integration.accounts import PlayedAccount, queue_step
from tests.integration.site import HASTE, Json, Site, running
from tests.proxy import Proxy

PROVIDERS = ("meta", "twilio", "sinch", "kaleyra", "meta")
"""One account each."""
AGENTS = 4
WELCOME = "Welcome {interaction.id}"
"""The automatic reply: another one for each interaction."""
PATIENCE = {"SWITCHBOARD_SEND_TIMEOUT_S": "10", "SWITCHBOARD_SEND_SWEEP_S": "3", "SWITCHBOARD_LOG_LEVEL": "debug"}
"""On a busy machine the played providers are slow, and what was written after a message of unknown outcome may overtake
it; what a run logs is looked at when something is wrong."""
BENT = frozenset({"gateway", "router", "worker", "sender", "clock"})
"""The kinds of process that run as `child`, and that are killed."""
MODULES: Mapping[str, tuple[str, ...]] = {kind.name: kind.arguments[1:] for kind in KINDS}


def bent(kind: ProcessKind) -> ProcessKind:
    """A kind of process whose clock can be turned."""
    return replace(kind, arguments=("-m", "tests.chaos.child", *MODULES[kind.name])) if kind.name in BENT else kind


def planted(kind: str, fault: str) -> ProcessKind:
    """A kind of process with a fault planted in it."""
    (original,) = [one for one in KINDS if one.name == kind]
    arguments = ("-m", "tests.chaos.child", "--planted", fault, *MODULES[kind])
    return replace(original, name=f"{kind}.{fault}", arguments=arguments)


@dataclass
class World:
    """Everything that runs, and the ways to break it."""

    site: Site
    rabbitmq: RabbitMQ
    mongodb: MongoDB
    amqp: Proxy
    mongo: Proxy
    disk: Disk
    directory: Path
    accounts: list[PlayedAccount] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)

    def members(self, kind: str) -> list[SwitchboardProcess]:
        """The processes of a kind that run now."""
        return [member for member in self.site.stack.processes.members if member.kind.name == kind and member.pid]

    def turn_clock(self, process: SwitchboardProcess, seconds: float) -> Path:
        """Have the clock of a process be wrong from now on; the file that says so."""
        assert process.pid is not None
        file = shift_file(self.directory, process.pid)
        file.write_text(str(seconds))
        return file

    async def heal(self) -> None:
        """Mend everything that can be broken and is no process."""
        self.rabbitmq.resume()
        self.mongodb.resume()
        self.amqp.heal()
        self.mongo.heal()
        self.disk.clear()
        for file in self.directory.glob("*.shift"):
            file.unlink(missing_ok=True)
        await self.site.sandbox.clear_faults()

    async def open_for_business(self) -> None:
        """Accounts at every provider, shared out among the gateways; agents who are there, and belong to all queues."""
        self.agents = [await self.site.agent() for _ in range(AGENTS)]
        queue = await self.site.queue(*self.agents)
        await self.site.call("POST", "/api/lists", {"id": "customers", "name": "Customers"})
        gateways = self.members("gateway")
        for number, provider in enumerate(PROVIDERS):
            await self._account(provider, f"C{number}", queue, gateways[number % len(gateways)].url)
        for account in self.accounts:
            await self.site.known(account)

    async def _account(self, provider: str, key: str, queue: str, gateway_url: str) -> None:
        """An account whose webhooks all go to one gateway: each keeps the order of what it takes, see operators.md."""
        sandbox_url = str(self.site.info.sandbox_url)
        described = {
            "id": f"chaos-{key.lower()}",
            "name": f"Chaos {key}",
            "key": key,
            "list_id": "customers",
            "type": provider,
            "phone": "+15550004000",
            "domain": gateway_url,
            "credentials": new_credentials(provider, sandbox_url),
            "actions": [{"action": "AutoReply", "text": WELCOME, "times": "once"}, queue_step(queue)],
            "agents": self.agents,
        }
        account = PlayedAccount(described)
        shown: Json = await self.site.call("POST", "/api/accounts", described)
        await self.site.sandbox.put_numbers([account.number(shown["webhook_url"], sandbox_url)])
        self.accounts.append(account)

    def number(self, account: PlayedAccount, gateway_url: str) -> PlayedNumber:
        """The number of an account with its webhooks going somewhere else."""
        return account.number(f"{gateway_url}{account.path}", str(self.site.info.sandbox_url))


@asynccontextmanager
async def world(directory: Path, counts: Mapping[str, int], more: tuple[ProcessKind, ...] = ()) -> AsyncIterator[World]:
    """A world with so many processes of each kind, and nothing of it afterwards. Of the `more` kinds none runs yet."""
    bend, journals = directory / "bent", directory / "journals"
    for made_here in (bend, journals):
        made_here.mkdir(parents=True)
    kinds = (*map(bent, KINDS), *more)
    counts = {"replayer": 0, **dict.fromkeys((kind.name for kind in more), 0), **counts}
    services = EmbeddedServices(directory / "services", standard_ports=False, management=False)
    async with services as endpoints, journal_disk(journals, bend / FULL) as disk:
        environment = {**HASTE, **PATIENCE, DIRECTORY: str(bend), "SWITCHBOARD_JOURNAL_DIR": str(disk.path)}
        async with (
            Proxy(endpoints.amqp_url) as amqp,
            Proxy(endpoints.mongo_url) as mongo,
            running(directory / "site", amqp.url, mongo.url, environment, counts, kinds) as site,
        ):
            assert services.rabbitmq is not None
            assert services.mongodb is not None
            # Its client closes without letting the loop turn, which the proxies need: it goes straight there.
            site.store = Store(SecretStr(services.mongodb.url), site.database)
            made = World(site, services.rabbitmq, services.mongodb, amqp, mongo, disk, bend)
            try:
                await made.open_for_business()
                yield made
            finally:
                await made.heal()
