"""The operator's pages: a dead letter that is given up, and a dry run of a replay."""

import hashlib

import pytest
from playwright.async_api import expect

from runtime.sandbox import meta
from tests.web.office import Office, offer

pytestmark = pytest.mark.thorough


async def test_a_dead_letter_is_told_on_the_pipeline_looked_at_and_given_up_for_a_reason(office: Office) -> None:
    account = await office.site.account()
    body = f'["no object", "{account.id}"]'.encode()
    assert (await office.site.knock(meta.signed(account.meta, body))).status_code == 400
    await office.site.dead_letter(id=hashlib.sha256(body).hexdigest())
    page = await office.screen_of("admin", "/pipeline")
    for stage in ("Routing", "Delivery to agents", "Sending to providers"):
        await expect(page.get_by_role("region", name=stage)).to_be_visible()
    await page.get_by_role("link", name="to be looked at").click()

    letters = page.get_by_role("table", name="Dead letters")
    await letters.get_by_role("row", name=account.input["name"]).click()
    letter = page.get_by_role("dialog", name="Dead letters")
    await letter.get_by_role("switch", name="Show what the customer wrote").check()
    await expect(letter).to_contain_text(account.id)
    await expect(letter.get_by_role("button", name="Send back")).to_be_disabled()
    await letter.get_by_role("button", name="Discard").click()
    asked = page.get_by_role("dialog", name="Discard this letter?")
    await asked.get_by_role("textbox", name="Why").fill("no provider writes so")
    await asked.get_by_role("button", name="Discard").click()

    await expect(letter).to_contain_text("no provider writes so")
    await expect(letter.get_by_role("button", name="Discard")).to_be_hidden()


async def test_a_dead_letter_is_sent_back_once_its_fault_is_gone_and_reaches_an_agent(office: Office) -> None:
    await office.site.parked(office.account.id, office.customer, "I was set apart", reason="a fault that is mended")
    agent = await office.screen(office.ada)
    page = await office.screen_of("admin", "/dead-letters")
    await page.get_by_role("row", name="a fault that is mended").click()
    letter = page.get_by_role("dialog", name="Dead letters")
    await letter.get_by_role("button", name="Send back").click()

    await expect(offer(agent)).to_contain_text("I was set apart")
    await expect(letter.get_by_role("button", name="Send back")).to_be_hidden()


async def test_a_replay_is_counted_first_with_its_progress_and_then_started(office: Office) -> None:
    page = await office.screen(office.ada)
    await office.says("one for the log")
    await expect(offer(page)).to_be_visible()
    page = await office.screen_of("admin", "/replays/new")
    await page.get_by_role("combobox", name="Contacts").fill(office.customer)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("switch", name="Count first")).to_be_checked()
    await page.get_by_role("button", name="Count first").click()

    await expect(page.get_by_role("heading", name="Repair, dry run")).to_be_visible()
    await expect(page.get_by_role("progressbar", name="Progress")).to_have_attribute("aria-valuenow", "100")
    counts = page.get_by_role("region", name="Counts")
    await expect(counts).to_contain_text("Events that match")
    await page.get_by_role("button", name="Start: Repair").click()
    await expect(page.get_by_role("heading", name="Repair", exact=True)).to_be_visible()
    await expect(page.get_by_text("Done", exact=True)).to_be_visible()
