"""Agents at work in a browser over the real stack: what customers write reaches the screen, the answer the phone."""

from playwright.async_api import expect

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


async def test_two_are_offered_the_second_is_told_and_what_is_passed_on_is_closed_with_a_disposition(
    office: Office,
) -> None:
    ada, ben = await office.screen(office.ada), await office.screen(office.ben)
    await office.says("I want to buy a helmet")
    await expect(offer(ada)).to_be_visible()
    await expect(offer(ben)).to_be_visible()

    await offer(ada).get_by_role("button", name="Accept").click()
    await expect(offer(ben)).to_be_hidden()
    await composer(ada).wait_for()
    await ada.get_by_role("button", name="Transfer").click()
    dialog = ada.get_by_role("dialog", name="Transfer")
    await dialog.get_by_role("combobox", name="To").fill("Ben")
    await ada.get_by_role("option", name=office.name("Ben", office.ben)).click()
    await dialog.get_by_role("textbox", name="What should they know?").fill("Wants a helmet, size M")
    await dialog.get_by_role("button", name="Transfer").click()

    await expect(offer(ben)).to_contain_text("Wants a helmet, size M")
    await offer(ben).get_by_role("button", name="Accept").click()
    await composer(ben).wait_for()
    await ben.get_by_role("button", name="Close", exact=True).click()
    dialog = ben.get_by_role("dialog", name="Close the interaction")
    await dialog.get_by_role("textbox", name="Disposition").fill("Sold > Helmet")
    await dialog.get_by_role("button", name="Close", exact=True).last.click()

    await expect(ben.get_by_role("log")).to_contain_text("Sold > Helmet")
    closed = await office.site.interaction(office.account, office.customer, state="closed")
    assert closed["disposition"] == ["Sold", "Helmet"]


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


async def test_what_a_customer_writes_is_text_and_never_a_page(office: Office) -> None:
    page = await office.screen(office.ada)
    await office.says("<img src=x onerror=\"document.title='taken'\"> javascript:alert(1)", name="<b>Eve</b>")
    await offer(page).get_by_role("button", name="Accept").click()

    await expect(bubble(page, "<img src=x onerror")).to_be_visible()
    assert await page.locator("[data-message] img").count() == 0
    assert await page.title() != "taken"
    await expect(page.get_by_role("heading", name="<b>Eve</b>").first).to_be_visible()
