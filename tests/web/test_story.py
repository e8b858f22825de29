"""The whole story: from an account that an admin makes in a browser to the figures that a supervisor sees move."""

import struct
import zlib
from datetime import UTC, datetime, timedelta

from playwright.async_api import Locator, Page, expect

from tests.web.office import Office, accept, bubble, composer, offer
from tests.web.setting_up import associate, choose, create_account, secret_fields, write_routing

TEMPLATE = "Welcome, and congratulations."
SIDE = 64


async def test_an_account_made_in_the_browser_routes_its_first_customer_to_two_agents_and_the_slower_one_is_told(
    office: Office,
) -> None:
    admin = await office.screen_of("admin", "/accounts/new")
    await admin.get_by_role("radio", name="Twilio").click()
    await expect(admin.get_by_role("textbox", name="Auth token", exact=True)).to_be_visible()
    account, webhook_url = await create_account(office, admin, "STORY")
    await expect(admin.get_by_role("textbox", name="Auth token", exact=True)).to_be_hidden()
    await _secrets_are_not_told(office, admin, account.input["credentials"])
    await write_routing(office, admin)
    await associate(office, admin)

    sandbox_url = str(office.site.info.sandbox_url)
    await office.site.sandbox.put_numbers([account.number(webhook_url, sandbox_url)])
    await office.site.known(account)
    office.write_to(account)
    ada, ben = await office.screen(office.ada), await office.screen(office.ben)
    await office.says("I want to buy a helmet")
    for page in (ada, ben):
        await expect(offer(page)).to_contain_text("I want to buy a helmet")
        await expect(offer(page)).to_contain_text("STORY")

    await accept(ada)
    await expect(bubble(ada, "I want to buy a helmet")).to_be_visible()
    await expect(ben.get_by_text("Giulia Bianchi is no longer offered to you.")).to_be_visible()
    await expect(offer(ben)).to_be_hidden()


async def _secrets_are_not_told(office: Office, page: Page, credentials: dict[str, str]) -> None:
    secrets = [credentials[name] for name in ("authorization_token", "app_secret", "verify_token")]
    for field in await secret_fields(office, page, "meta"):
        await expect(field).to_have_value("")
    await page.reload()
    await expect(page.get_by_role("textbox", name="App secret", exact=True)).to_have_value("")
    page_and_api = await page.content() + str(await office.site.call("GET", "/api/accounts"))
    assert not [secret for secret in secrets if secret in page_and_api]


async def test_an_agent_and_a_customer_exchange_files_and_a_template_when_it_is_too_late_for_words(
    office: Office,
) -> None:
    await office.site.call("POST", f"/api/accounts/{office.account.id}/templates/synchronise")
    page = await office.screen(office.ada)
    yesterday = datetime.now(UTC) - timedelta(hours=25)
    await office.says("Hello, is my bicycle ready?", at=yesterday)
    await offer(page).get_by_role("button", name="Accept").click()
    await expect(page.get_by_text("approved templates only")).to_be_visible()
    await _send_template(page)
    assert (await office.phone("hello_world"))["kind"] == "template"
    await _send_template_with_values(page)
    assert (await office.phone("order_update"))["kind"] == "template"

    await office.sends({"kind": "image", "media_id": await _photograph(office), "caption": "This is it"})
    await _seen(bubble(page, "This is it").get_by_role("img", name="Picture"))
    await _attach(page, "receipt.pdf", "application/pdf", b"%PDF-1.4 nothing")
    await _attach(page, "ours.png", "image/png", picture())
    await composer(page).fill("Ready, and here is the receipt.")
    await composer(page).press("Enter")

    assert (await office.phone("Ready, and here is the receipt."))["kind"] == "document"
    await expect(bubble(page, "receipt.pdf").locator("[data-delivery=delivered], [data-delivery=read]")).to_be_visible()
    await _seen(page.get_by_role("log").get_by_role("img", name="ours.png"))


async def _send_template(page: Page) -> None:
    await page.get_by_role("button", name="Send a template").click()
    dialog = page.get_by_role("dialog", name="Send a template")
    await choose(dialog.get_by_role("combobox", name="Template"), "hello_world")
    await expect(dialog.get_by_label("Preview")).to_have_text(TEMPLATE)
    await dialog.get_by_role("button", name="Send the template").click()
    await expect(bubble(page, TEMPLATE)).to_be_visible()


async def _send_template_with_values(page: Page) -> None:
    await page.get_by_role("button", name="Send a template").click()
    dialog = page.get_by_role("dialog", name="Send a template")
    await choose(dialog.get_by_role("combobox", name="Template"), "order_update")
    async with page.expect_file_chooser() as chosen:
        await dialog.get_by_role("button", name="Picture above the text").click()
    await (await chosen.value).set_files({"name": "map.png", "mimeType": "image/png", "buffer": picture()})
    for label, value in (("Value of {{1}}", "Giulia"), ("Value of {{2}}", "4711")):
        await dialog.get_by_role("textbox", name=label, exact=True).fill(value)
    send = dialog.get_by_role("button", name="Send the template")
    await expect(send).to_be_disabled()
    await dialog.get_by_role("textbox", name="Value of the button “Follow it”").fill("orders/4711")
    await expect(dialog.get_by_label("Preview")).to_contain_text("Hello Giulia, your order 4711 is on its way.")
    await send.click()
    sent = bubble(page, "your order 4711 is on its way")
    await expect(sent.locator("[data-delivery=delivered], [data-delivery=read]")).to_be_visible()
    await _seen(sent.get_by_role("img", name="map.png"))


async def _photograph(office: Office) -> str:
    return await office.site.sandbox.put_file("image/png", "bicycle.png", picture())


async def _attach(page: Page, name: str, mime_type: str, content: bytes) -> None:
    async with page.expect_file_chooser() as chosen:
        await page.get_by_role("button", name="Attach files").click()
    await (await chosen.value).set_files({"name": name, "mimeType": mime_type, "buffer": content})
    await expect(page.locator("[data-attachment=ready]", has_text=name)).to_be_visible()


async def _seen(image: Locator) -> None:
    """A picture is shown, and not only its place."""
    await expect(image).to_be_visible()
    await expect(image).to_have_js_property("naturalWidth", SIDE)


def picture() -> bytes:
    """A square of one colour as PNG."""
    rows = (b"\x00" + b"\x20\x80\x60" * SIDE) * SIDE
    parts = ((b"IHDR", struct.pack(">2I5B", SIDE, SIDE, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


async def test_a_supervisor_sees_the_figures_move_while_a_conversation_is_passed_on_and_closed_and_why_it_went_there(
    office: Office,
) -> None:
    ada, ben = await office.screen(office.ada), await office.screen(office.ben)
    floor = await office.screen_of("supervisor", "/realtime")
    await expect(await _figure(office, floor, "Offered")).to_have_text("0")
    await office.says("My brake makes a noise")
    await expect(await _figure(office, floor, "Offered")).to_have_text("1")
    await accept(ada)
    await expect(await _figure(office, floor, "Assigned")).to_have_text("1")

    await _transfer(ada, office.name("Ben", office.ben), "Knows about brakes")
    await expect(offer(ben)).to_contain_text("Knows about brakes")
    await accept(ben)
    await expect(ada.get_by_role("log")).to_contain_text("transfer accepted")
    await composer(ben).fill("Come by at noon.")
    await composer(ben).press("Enter")
    await office.phone("Come by at noon.")
    await _close(ben, "Repaired > Brake")
    await expect(ben.get_by_role("log")).to_contain_text("Repaired > Brake")
    await expect(await _figure(office, floor, "Assigned")).to_have_text("0")
    await expect(await _figure(office, floor, "Answered")).to_have_text("1")

    interaction = await office.site.interaction(office.account, office.customer, state="closed")
    assert interaction["disposition"] == ["Repaired", "Brake"]
    await floor.goto(office.url(f"/interactions/{interaction['id']}"))
    trace = floor.get_by_role("dialog", name="Routing trace")
    walks = [await office.queue_name(), "accepted", "transferred", "accepted", "closed"]
    for place, words in enumerate(walks):
        await expect(trace.get_by_role("region", name="Walk of").nth(place)).to_contain_text(words)


async def _figure(office: Office, page: Page, header: str) -> Locator:
    """A figure of the office's queue on the realtime page."""
    table = page.get_by_role("table", name="Figures of queues")
    row = table.get_by_role("row", name=await office.queue_name())
    await row.wait_for()
    return row.get_by_role("cell").nth((await table.get_by_role("columnheader").all_inner_texts()).index(header))


async def _transfer(page: Page, to: str, note: str) -> None:
    await page.get_by_role("button", name="Transfer").click()
    dialog = page.get_by_role("dialog", name="Transfer")
    await dialog.get_by_role("combobox", name="To").fill(to)
    await page.get_by_role("option", name=to).click()
    await dialog.get_by_role("textbox", name="What should they know?").fill(note)
    await dialog.get_by_role("button", name="Transfer").click()


async def _close(page: Page, disposition: str) -> None:
    await page.get_by_role("button", name="Close", exact=True).click()
    dialog = page.get_by_role("dialog", name="Close the interaction")
    await dialog.get_by_role("textbox", name="Disposition").fill(disposition)
    await dialog.get_by_role("button", name="Close", exact=True).last.click()
