"""What a list does on its own, through every process: replies that reach the phone, endpoints that choose the way."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from contracts.content import Text
from runtime.sandbox.customers import Said
from tests.integration.accounts import PlayedAccount, queue_step
from tests.integration.site import Site
from tests.patience import eventually

HERE = "127.0.0.1"
_contacts = count(393490000000)


@dataclass
class Customer:
    """Somebody who writes to one account."""

    site: Site
    account: PlayedAccount
    contact: str = field(default_factory=lambda: f"+{next(_contacts)}")

    async def say(self, words: str) -> None:
        said = Said(contact=self.contact, name="Ada", content=Text(text=words))
        (told,) = await self.site.sandbox.say(self.account.key, [said])
        assert told.accepted, told

    async def phone(self) -> list[str]:
        phones = await self.site.sandbox.phones(self.account.key, self.contact)
        return [message.words for phone in phones for message in phone.messages if message.direction == "received"]

    async def hears(self, *words: str) -> None:
        async def look() -> bool:
            return await self.phone() == list(words)

        await eventually(look)


@dataclass
class Crm:
    """An endpoint as a customer's system would be."""

    url: str
    told: list[dict[str, Any]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)

    async def take(self, request: web.Request) -> web.Response:
        self.told.append(await request.json())
        return web.json_response(self.answer)


@pytest.fixture
async def crm() -> AsyncIterator[Crm]:
    crm = Crm("")
    app = web.Application()
    app.router.add_post("/route", crm.take)
    async with TestServer(app, host=HERE) as server:
        crm.url = str(server.make_url("/route"))
        yield crm


async def test_a_reply_reaches_the_phone_and_an_endpoint_chooses_the_way(site: Site, crm: Crm) -> None:
    queue = queue_step(await site.queue())
    account = await site.played_account(
        "meta",
        {"action": "AutoReply", "text": "Hello {contact.name}, one moment."},
        {"action": "Webhook", "url": crm.url, "timeout": 5},
        {"action": "Close", "disposition": "Not chosen"},
        {"action": "AutoReply", "text": "You are {interaction.attributes.level}."},
        queue,
    )
    crm.answer = {"attributes": {"level": "gold"}, "position": 4}
    customer = Customer(site, account)

    await customer.say("where is my order")

    interaction = await site.interaction(account, customer.contact, waiting_for=f"queue:{queue['queue']}")
    assert (interaction["attributes"], interaction["sequence"]) == ({"level": "gold"}, 3)
    await customer.hears("Hello Ada, one moment.", "You are gold.")
    told, *again = crm.told  # a slow call is made again, under the same name
    assert {one["call"] for one in again} <= {told["call"]}
    assert (told["message"]["text"], told["contact"]["number"]) == ("where is my order", customer.contact)
    walks = await site.trace(interaction, 2)
    assert [entry["outcome"] for walk in walks for entry in walk] == [
        *("opened", "sent", "calling"),
        *("answered", "jumped", "sent", "waiting"),
    ]


async def test_an_endpoint_that_is_not_there_costs_the_customer_nothing(site: Site) -> None:
    queue = queue_step(await site.queue())
    account = await site.played_account("sinch", {"action": "Webhook", "url": f"http://{HERE}:1/", "timeout": 5}, queue)
    customer = Customer(site, account)

    await customer.say("hello")

    interaction = await site.interaction(account, customer.contact, waiting_for=f"queue:{queue['queue']}")
    (_, second) = await site.trace(interaction, 2)
    assert (second[0]["outcome"], second[0]["value"]) == ("failed", "the endpoint cannot be reached: ConnectError")


async def test_a_sender_who_is_not_admitted_hears_so_once(site: Site) -> None:
    account = await site.played_account("twilio", queue_step(await site.queue()))
    changes = {"whitelist_mode": "only_listed", "refusal_text": "This number is for members."}
    await site.call("PATCH", f"/api/accounts/{account.id}", changes)
    customer = Customer(site, account)

    async def refused() -> bool:
        """The change of the account reaches the router a moment later, so more than one message may be needed."""
        await customer.say("hello")
        return len(await site.documents("rejections", contact_key=customer.contact)) > 1

    await eventually(refused)
    await customer.hears("This number is for members.")
    assert len(await site.documents("messages", contact_key=customer.contact, author="refusal")) == 1
    await customer.hears("This number is for members.")


async def test_a_closed_interaction_is_opened_again_within_its_hours(site: Site) -> None:
    account = await site.played_account("kaleyra", {"action": "Close", "disposition": "Closed today"})
    await site.call("PATCH", f"/api/accounts/{account.id}", {"reopen_within": 1})
    customer = Customer(site, account)
    await customer.say("one")
    first = await site.interaction(account, customer.contact, state="closed")

    await customer.say("two")

    again = await site.interaction(account, customer.contact, message_count=2)
    assert (again["id"], again["state"], again["reopened"]) == (first["id"], "closed", 1)
