"""Agents at work in a browser over the real stack: what customers write reaches the screen, the answer the phone."""

from playwright.async_api import expect

from tests.patience import eventually
from tests.web.office import Office, bubble, composer, offer


async def test_an_agent_accepts_by_keyboard_and_answers_and_the_customers_phone_shows_it(office: Office) -> None:
    page = await office.screen(office.ada)
    await office.says("Hello, is my bicycle ready?")
    await expect(offer(page)).to_contain_text("Hello, is my bicycle ready?")

    await page.keyboard.press("Alt+a")
    await expect(bubble(page, "Hello, is my bicycle ready?")).to_be_visible()
    await composer(page).fill("It has been ready since this morning.")
    await page.keyboard.press("Enter")

    assert (await office.phone("It has been ready since this morning."))["direction"] == "received"
    answer = bubble(page, "It has been ready since this morning.")
    await expect(answer.locator("[data-delivery=delivered], [data-delivery=read]")).to_be_visible()
    await office.says("Wonderful, I am coming.")
    await expect(bubble(page, "Wonderful, I am coming.")).to_be_visible()


async def test_a_screen_that_lost_its_connection_catches_up_without_a_gap(office: Office) -> None:
    page = await office.screen(office.ada)
    await office.says("first")
    await offer(page).get_by_role("button", name="Accept").click()
    await expect(bubble(page, "first")).to_be_visible()

    await page.context.set_offline(True)
    for words in ("second", "third", "fourth"):
        await office.says(words)
    await page.context.set_offline(False)

    for words in ("second", "third", "fourth"):
        await expect(bubble(page, words)).to_have_count(1)
    await eventually(lambda: _listens_once(office))


async def _listens_once(office: Office) -> bool:
    """The console has one connection of the one screen that is there."""
    console = office.site.process("console")
    return await office.site.metric(console, "switchboard_live_clients") == 1


async def test_what_a_customer_writes_is_text_and_never_a_page(office: Office) -> None:
    page = await office.screen(office.ada)
    await office.says("<img src=x onerror=\"document.title='taken'\"> javascript:alert(1)", name="<b>Eve</b>")
    await offer(page).get_by_role("button", name="Accept").click()

    await expect(bubble(page, "<img src=x onerror")).to_be_visible()
    assert await page.locator("[data-message] img").count() == 0
    assert await page.title() != "taken"
    await expect(page.get_by_role("heading", name="<b>Eve</b>").first).to_be_visible()
