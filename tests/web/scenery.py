"""What the pictures of the documentation show: customers who write to the sample accounts, and agents who answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from contracts.content import Content, Location, Text
from runtime.demo.office import Office
from runtime.embedded.stack_file import StackInfo
from runtime.sandbox.client import SandboxClient
from runtime.sandbox.customers import Said

WAIT_S = 60.0
LOOK_S = 0.25
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who writes to an account. Who is offered it takes it and answers, if `taken`; `then` the customer goes
    on."""

    account: str
    number: str
    name: str
    says: tuple[str, ...]
    taken: bool = False
    answers: tuple[Json, ...] = ()
    then: tuple[Content, ...] = ()


def text(words: str) -> Json:
    """A text that an agent writes."""
    return {"kind": "text", "text": words}


SIZES = {
    "kind": "buttons",
    "text": "We have both. Which size shall I put aside for you?",
    "buttons": [{"payload": "m", "title": "Medium"}, {"payload": "l", "title": "Large"}],
}
ZOE = Customer(
    "DM1",
    "+393335550001",
    "Zoe Rossi",
    ("Good morning! I would like to buy a bicycle for the city.", "Do you have the green one from the window?"),
    True,
    (text("Good morning Zoe. Yes, in two sizes."), SIZES),
    (
        Text(text="Large, please. Where can I pick it up?"),
        Location(latitude=45.0703, longitude=7.6869, name="Piazza Castello", address="Torino"),
    ),
)
LUCA = Customer(
    "DK1", "+393335550002", "Luca Ferrari", ("Is my order on its way?",), True, (text("It left this morning."),)
)
MIA = Customer("DS1", "+393335550003", "Mia Conti", ("My brake makes a noise.",), True, (text("Since when, Mia?"),))
CUSTOMERS = (
    ZOE,
    LUCA,
    MIA,
    Customer("DT1", "+447700900104", "Oliver Smith", ("Can I change my appointment?",), taken=True),
    Customer("DT2", "+447700900105", "Amelia Jones", ("Are you open on Sunday?",)),
    Customer("DT2", "+447700900106", "Noah Brown", ("I have lost my key.",)),
    Customer("DM2", "+447700900107", "Nobody Special", ("Hello?",)),
    Customer("DM2", "+393335550008", "Giulia Bianchi", ("I want to buy a helmet. Which sizes are there?",)),
)


class Scenery:
    """Puts on a stack what is to be seen.

    Args:
        stack: one with the sample configuration.
    """

    def __init__(self, stack: StackInfo) -> None:
        token = stack.token_file.read_text(encoding="utf-8").strip()
        self._office = Office(stack)
        self._sandbox = SandboxClient(str(stack.sandbox_url))
        headers = {"Authorization": f"Bearer {token}"}
        self._api = httpx.AsyncClient(base_url=f"{stack.console_url}/api", headers=headers, timeout=60, trust_env=False)

    async def close(self) -> None:
        """Close all connections."""
        for one in (self._office.close, self._sandbox.close, self._api.aclose):
            await one()

    async def play(self) -> None:
        """Have everybody write and be answered."""
        for customer in CUSTOMERS:
            await self._play(customer)

    async def open_of(self, customer: Customer) -> str:
        """The id of the interaction that a customer has open."""
        return str((await self._until(lambda: self._found(customer)))["id"])

    async def owner_of(self, customer: Customer) -> str:
        """The agent who has taken what a customer began."""
        return str((await self._until(lambda: self._found(customer)))["owner"])

    async def replay(self) -> str:
        """A simulation that is done: what would have gone elsewhere with another list for one account."""
        proposed = {"accounts": {"DM1": {"actions": [{"action": "Queue", "queue": "demo-support", "timeout": 600}]}}}
        asked = await self._api.post("/replays", json={"mode": "simulate", "proposed": proposed})
        asked.raise_for_status()
        path = f"/replays/{asked.json()['id']}"

        async def done() -> Json | None:
            replay = (await self._api.get(path)).raise_for_status().json()
            return dict(replay) if replay["state"] == "done" else None

        return str((await self._until(done))["id"])

    async def _play(self, customer: Customer) -> None:
        await self._say(customer, [Text(text=words) for words in customer.says])
        if not customer.taken:
            return
        interaction = await self.open_of(customer)
        found = await self._until(lambda: self._offered(interaction))
        agent = str(found["owner"] or found["offered_to"][0])
        if not found["owner"]:
            await self._office.accept(agent, interaction)
        for content in customer.answers:
            path, query = f"/interactions/{interaction}/messages", {"agent": agent}
            (await self._api.post(path, json={"content": content}, params=query)).raise_for_status()
        await self._say(customer, customer.then)

    async def _say(self, customer: Customer, contents: list[Content] | tuple[Content, ...]) -> None:
        for content in contents:
            said = Said(contact=customer.number, name=customer.name, content=content)
            await self._sandbox.say(customer.account, [said])

    async def _found(self, customer: Customer) -> Json | None:
        query = {"contact": customer.number, "open": "true"}
        items = (await self._api.get("/interactions", params=query)).raise_for_status().json()["items"]
        return dict(items[0]) if items else None

    async def _offered(self, interaction: str) -> Json | None:
        found = (await self._api.get(f"/interactions/{interaction}")).raise_for_status().json()
        return dict(found) if found["offered_to"] or found["owner"] else None

    async def _until(self, look: Callable[[], Awaitable[Json | None]]) -> Json:
        end = time.monotonic() + WAIT_S
        while True:
            if found := await look():
                return found
            if time.monotonic() > end:
                raise TimeoutError("what is to be seen does not come about")
            await asyncio.sleep(LOOK_S)
