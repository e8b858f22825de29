"""The live feed of two console processes, from a customer's webhook on: who loses one goes on at the other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.console.feeds import Event, Feed, listening
from tests.integration.accounts import queue_step
from tests.integration.site import Site
from tests.patience import eventually

CONTACT = "+393331118881"


@asynccontextmanager
async def hearing(site: Site, url: str, cursor: str | None = None) -> AsyncIterator[Feed]:
    token = site.info.token_file.read_text(encoding="utf-8").strip()
    async with aiohttp.ClientSession() as session, listening(session, url, token, cursor) as feed:
        yield feed


@pytest.fixture
async def other_console(site: Site) -> AsyncIterator[str]:
    """The URL of a second console process."""
    process = await site.stack.processes.start_one("console")
    yield process.url
    await site.stack.processes.stop_one("console", process.index)


async def message(feed: Feed, message_id: str) -> Event:
    """The word of a customer's message, by the provider's id of it."""
    while True:
        event = await feed.until("message")
        if event.data["id"].endswith(f":{message_id}"):
            return event


async def test_who_loses_a_console_process_goes_on_at_another_where_they_were(site: Site, other_console: str) -> None:
    agent = await site.agent()
    account = await site.account(queue_step(await site.queue(agent)))
    async with hearing(site, site.info.console_url) as feed:
        told = await message(feed, await site.write(account, CONTACT, "one"))
        shown = await site.contents(await site.interaction(account, CONTACT))
        assert len(shown) == 1  # what was told can be read
        cursor = told.id
    missed = [await site.write(account, CONTACT, words) for words in ("two", "three")]

    async def stored() -> bool:
        return len(await site.contents(await site.interaction(account, CONTACT))) == len(missed) + 1

    await eventually(stored)
    async with hearing(site, other_console, cursor) as feed:
        for message_id in missed:
            event = await message(feed, message_id)
            assert (event.name, event.data["interaction_id"]) == ("change", told.data["interaction_id"])
        assert (await message(feed, await site.write(account, CONTACT, "four"))).name == "change"
