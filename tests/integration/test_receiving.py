"""What customers at the sandbox say, and what an agent sees of it."""

from typing import Any

import pytest

from contracts.content import Content, Location, Media, Text
from runtime.sandbox.customers import Said
from tests.integration.accounts import PlayedAccount, queue_step
from tests.integration.site import Site
from tests.patience import eventually

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
ZOE, MAX = "+393490000001", "+393490000002"


@pytest.fixture(scope="module", params=("kaleyra", "meta", "sinch", "twilio"))
async def account(site: Site, request: pytest.FixtureRequest) -> PlayedAccount:
    return await site.played_account(request.param, queue_step(await site.queue()))


def said(contact: str, content: Content) -> Said:
    return Said(contact=contact, name="Zoe", content=content)


async def contents(site: Site, account: PlayedAccount, contact: str, count: int) -> list[dict[str, Any]]:
    interaction = await site.interaction(account, contact, message_count=count)
    return await site.contents(interaction)


async def test_words_places_and_pictures_arrive_as_they_were_said(site: Site, account: PlayedAccount) -> None:
    media_id = await site.sandbox.put_file("image/png", "a.png", PICTURE)
    everything = [
        said(ZOE, Text(text="where are you? \U0001f600")),
        said(ZOE, Location(latitude=45.07, longitude=7.69, name="Office", address="1 Test St")),
        said(ZOE, Media(kind="image", media_id=media_id)),
    ]
    told = await site.sandbox.say(account.key, everything)
    assert all(one.accepted for one in told)

    words, place, picture = await contents(site, account, ZOE, 3)
    assert [message["provider_id"] for message in (words, place, picture)] == [one.id for one in told]
    assert words["content"]["text"] == "where are you? \U0001f600"
    assert (place["content"]["latitude"], place["content"]["longitude"]) == (45.07, 7.69)
    assert picture["content"]["kind"] == "image"


async def test_a_customers_picture_is_fetched_from_the_provider(site: Site, account: PlayedAccount) -> None:
    media_id = await site.sandbox.put_file("image/png", "a.png", PICTURE)
    await site.sandbox.say(account.key, [said(MAX, Media(kind="image", media_id=media_id))])

    async def look() -> dict[str, Any] | None:
        (message,) = await contents(site, account, MAX, 1)
        return message["file"] if message["file"] and message["file"]["state"] != "pending" else None

    file = await eventually(look)
    assert file is not None
    assert (file["state"], file["mime_type"], file["size"]) == ("stored", "image/png", len(PICTURE)), file["reason"]


async def test_many_messages_of_many_customers_come_in_one_webhook(site: Site) -> None:
    account = await site.played_account("meta", queue_step(await site.queue()))
    customers = [f"+39350000000{number}" for number in range(5)]
    batch = [said(who, Text(text=f"message {turn}")) for turn in range(4) for who in customers]
    told = await site.sandbox.say(account.key, batch, together=True)
    for who in customers:
        stored = await contents(site, account, who, 4)
        assert [message["content"]["text"] for message in stored] == [f"message {turn}" for turn in range(4)]
        ids = [one.id for one, its in zip(told, batch, strict=True) if its.contact == who]
        assert [message["provider_id"] for message in stored] == ids
