"""Long lists: only what is seen is drawn, and what is read stays where it is while more comes in above."""

from playwright.async_api import expect

from runtime.store.collections import AGENT_QUEUES, INTERACTIONS, MESSAGES
from tests.web.office import Office, bubble, offer

MESSAGES_BEFORE = 10_000
OPEN = 500
MOST_DRAWN = 120


async def test_a_conversation_of_ten_thousand_messages_is_scrolled_back(office: Office) -> None:
    page = await office.screen(office.ada)
    await office.says("the last words")
    await expect(offer(page)).to_be_visible()
    interaction = await office.site.interaction(office.account, office.customer)
    await _grow(office, interaction["id"])
    await offer(page).get_by_role("button", name="Accept").click()
    await expect(bubble(page, "the last words")).to_be_visible()

    log = page.get_by_role("log")
    seen = 0
    for _ in range(5):
        await log.evaluate("log => { log.scrollTop = 0 }")
        oldest = log.locator("[data-message]").first
        before = await oldest.get_attribute("data-message")
        await expect(log.locator("[data-message]").first).not_to_have_attribute("data-message", before or "")
        seen += 1
        assert await log.locator("[data-message]").count() < MOST_DRAWN

    assert seen == 5
    await page.get_by_role("button", name="To the last message").click()
    await expect(bubble(page, "the last words")).to_be_in_viewport()


async def _grow(office: Office, interaction_id: str) -> None:
    """Make the log of an interaction longer: the message that is there becomes the last of many."""
    database = office.site.store.database
    last = await database[MESSAGES].find_one({"interaction_id": interaction_id})
    assert last is not None
    number = MESSAGES_BEFORE + 1
    await database[MESSAGES].update_one({"_id": last["_id"]}, {"$set": {"sequence": number}})
    await database[INTERACTIONS].update_one({"_id": interaction_id}, {"$set": {"sequence": number}})
    await database[MESSAGES].insert_many(
        {
            **last,
            "_id": f"{last['_id']}-{sequence}",
            "provider_id": f"{last['provider_id']}-{sequence}",
            "sequence": sequence,
            "content": {"kind": "text", "text": f"message {sequence}"},
        }
        for sequence in range(1, number)
    )


async def test_a_list_of_five_hundred_open_interactions_is_scrolled(office: Office) -> None:
    page = await office.screen(office.ada)
    await office.says("one of many")
    await offer(page).get_by_role("button", name="Accept").click()
    await expect(page.locator("[data-interaction]")).to_have_count(1)
    entries = office.site.store.database[AGENT_QUEUES]
    entry = await entries.find_one({"agent_id": office.ada})
    assert entry is not None
    await entries.insert_many(
        {
            **entry,
            "_id": f"{entry['_id']}-{place}",
            "interaction_id": f"i{place}",
            "contact_name": f"Customer {place:03}",
        }
        for place in range(OPEN - 1)
    )
    await page.reload()

    rows = page.locator("[data-interaction]")
    await expect(rows.first).to_be_visible()
    assert await rows.count() < MOST_DRAWN
    await expect(page.locator(f"li[aria-setsize='{OPEN}']").first).to_be_attached()
    await page.locator("li[aria-setsize]").first.evaluate("row => { row.closest('div').scrollTop = 1e6 }")
    await expect(page.locator(f"li[aria-posinset='{OPEN}']")).to_be_visible()
    assert await rows.count() < MOST_DRAWN
