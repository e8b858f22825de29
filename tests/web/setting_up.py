"""An admin's hands: an account and its routing list, made on the screen."""

from typing import Any

from playwright.async_api import Locator, Page, expect

from runtime.demo.credentials import new_credentials
from tests.integration.accounts import PlayedAccount
from tests.web.office import Office

PHONE = "+15550004000"
CONDITION = 'message.text.contains("buy")'


async def create_account(office: Office, page: Page, key: str) -> tuple[PlayedAccount, str]:
    """Create an account at the Meta that the sandbox plays, on the page for it; what was typed, and its webhook URL."""
    fields = await _fields(office, "meta")
    credentials = new_credentials("meta", str(office.site.info.sandbox_url))
    await page.get_by_role("radio", name="Meta Cloud API").click()
    await page.get_by_text("Optional fields").click()
    for name, value in credentials.items():
        await page.get_by_role("textbox", name=fields[name]["label"], exact=True).fill(value)
    for label, value in (("Name", f"Shop {key}"), ("Key", key.lower()), ("Number", PHONE)):
        await page.get_by_role("textbox", name=label, exact=True).fill(value)
    await page.get_by_role("button", name="Create").click()
    await page.wait_for_url("**/accounts/*/connection")
    account = PlayedAccount(
        {"id": page.url.split("/")[-2], "key": key, "type": "meta", "phone": PHONE, "credentials": credentials}
    )
    return account, await page.get_by_role("textbox", name="Webhook URL").input_value()


async def secret_fields(office: Office, page: Page, provider: str) -> list[Locator]:
    """Where the secrets of a type of account are typed."""
    fields = (await _fields(office, provider)).values()
    return [page.get_by_role("textbox", name=field["label"], exact=True) for field in fields if field["secret"]]


async def _fields(office: Office, provider: str) -> dict[str, dict[str, Any]]:
    found = (await office.site.call("GET", "/api/providers"))["items"]
    return {field["name"]: field for one in found if one["name"] == provider for field in one["fields"]}


async def write_routing(office: Office, page: Page) -> None:
    """Whoever wants to buy comes to the queue at once, all others are greeted first; made out of order, and moved."""
    await open_section(page, "Routing actions")
    entries = page.get_by_role("list", name="Routing actions")
    await add_entry(page, "Automatic reply")
    await entries.get_by_role("textbox", name="Text").fill("We are with you in a moment.")
    await add_entry(page, "Queue")
    await choose(entries.get_by_role("combobox", name="Queue"), await office.queue_name())
    await add_entry(page, "Go to, if")
    await entries.get_by_role("textbox", name="Condition").fill(CONDITION)
    await expect(entries.get_by_role("status")).to_have_text("Nothing wrong with it")
    line = entries.get_by_role("button", name="Go to, if", expanded=True)
    for place in (2, 1):
        await line.press("Alt+ArrowUp")
        await expect(entries.get_by_role("listitem").nth(place - 1)).to_contain_text("Go to, if")
    await choose(entries.get_by_role("combobox", name="If it holds"), "3 · Queue")
    await save(page)


async def associate(office: Office, page: Page) -> None:
    """Both agents are the account's."""
    await open_section(page, "Agents")
    for name, agent in (("Ada", office.ada), ("Ben", office.ben)):
        await page.get_by_role("checkbox", name=office.name(name, agent)).check()
    await save(page)


async def add_entry(page: Page, action: str) -> None:
    """Add an entry to a routing list; its fields are open then."""
    await page.get_by_role("button", name="Add an action").click()
    await page.get_by_role("menuitem", name=action).first.click()


async def open_section(page: Page, name: str) -> None:
    """Go to a section of an account."""
    sections = page.get_by_role("navigation", name="Sections of the account")
    await sections.get_by_role("link", name=name).click()
    await expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


async def choose(field: Locator, option: str) -> None:
    """Choose what begins like this."""
    await field.click()
    await field.page.get_by_role("option", name=option).first.click()


async def save(page: Page) -> None:
    """Save a section: afterwards nothing is left to be saved."""
    button = page.get_by_role("button", name="Save", exact=True)
    await button.click()
    await expect(button).to_be_disabled()
    await expect(page.get_by_text("Not saved yet")).to_be_hidden()
