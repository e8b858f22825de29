"""What an admin does most: the list of accounts, and a routing list with its conditions and its dry run."""

import itertools

from playwright.async_api import Locator, Page, expect

from tests.web.office import Office
from tests.web.setting_up import add_entry, choose, save

_serial = itertools.count(1)


async def _accounts(office: Office, count: int) -> tuple[str, list[str]]:
    """New accounts that share a word of their names which no other has; the word, and the names."""
    word = f"Branch{next(_serial)}"
    names = [f"{word} {number}" for number in range(1, count + 1)]
    for name in names:
        account = await office.site.account(name=name)
        assert account.input["name"] == name
    return word, names


async def test_accounts_are_found_by_search_and_by_field_shown_by_columns_exported_and_deleted(office: Office) -> None:
    word, (first, second, third) = await _accounts(office, 3)
    page = await office.screen_of("admin", "/accounts")
    table = page.get_by_role("table", name="Accounts")
    await page.get_by_role("searchbox", name="Search").fill(word)
    await expect(_bodies(table)).to_have_count(3)

    await _narrow_by_name(page, "2")
    await expect(_bodies(table)).to_have_count(1)
    await expect(_bodies(table)).to_contain_text(second)
    await page.get_by_role("button", name="Clear filters").click()
    await expect(_bodies(table)).to_have_count(3)

    await _show_column(page, "Time zone")
    await expect(table.get_by_role("columnheader", name="Time zone")).to_be_visible()
    await page.reload()
    await expect(table.get_by_role("columnheader", name="Time zone")).to_be_visible()
    await page.get_by_role("searchbox", name="Search").fill(word)

    export = page.get_by_role("button", name="Export CSV")
    await expect(export).to_be_disabled()
    for name in (first, third):
        await table.get_by_role("checkbox", name=f"Select {name}").check()
    assert [first, third] == [row.split(",")[0] for row in (await _saved(page, export))[1:]]
    await _delete_selected(page)
    await expect(_bodies(table)).to_have_count(1)
    await expect(_bodies(table)).to_contain_text(second)
    await expect(export).to_be_disabled()


def _bodies(table: Locator) -> Locator:
    """The rows below the headings."""
    return table.locator("tbody").get_by_role("row")


async def _narrow_by_name(page: Page, part: str) -> None:
    await page.get_by_role("button", name="Search by field").click()
    field = page.get_by_role("textbox", name="Name", exact=True)
    await field.fill(part)
    await page.get_by_role("button", name="Apply").click()
    await expect(field).to_be_hidden()


async def _show_column(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Columns").click()
    await page.get_by_role("menuitemcheckbox", name=name).click()
    await page.keyboard.press("Escape")


async def _saved(page: Page, export: Locator) -> list[str]:
    """The lines of the file that an export saves."""
    async with page.expect_download() as saving:
        await export.click()
    path = await (await saving.value).path()
    return path.read_text(encoding="utf-8-sig").splitlines()


async def _delete_selected(page: Page) -> None:
    await page.get_by_role("group", name="2 selected").get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete 2 of these?")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(dialog).to_be_hidden()


async def test_a_condition_shows_its_fault_where_it_stands_and_a_dry_run_draws_the_way_through_the_list(
    office: Office,
) -> None:
    page = await office.screen_of("admin", f"/accounts/{office.account.id}/routing")
    entries = page.get_by_role("list", name="Routing actions")
    await add_entry(page, "Go to, if")
    condition = entries.get_by_role("textbox", name="Condition")
    await condition.fill('message.text == "hi" && mesage.kind == "text"')
    await expect(entries.get_by_role("status")).to_contain_text("at character 25")
    await expect(entries.locator("mark")).to_have_text("mesage.kind")
    await expect(condition).to_have_attribute("aria-invalid", "true")

    await condition.fill('message.text == "hi"')
    await expect(entries.get_by_role("status")).to_have_text("Nothing wrong with it")
    await entries.get_by_role("button", name="Go to, if", expanded=True).press("Alt+ArrowUp")
    await add_entry(page, "Close")
    await entries.get_by_role("combobox", name="Disposition").fill("Greeted")
    await choose(entries.get_by_role("combobox", name="If it holds"), "3 · Close")
    dry_run = page.get_by_role("region", name="Dry run")
    await dry_run.get_by_role("textbox", name="Text", exact=True).fill("hi")
    await dry_run.get_by_role("button", name="Walk through").click()

    await expect(dry_run.get_by_text("on to 3")).to_be_visible()
    await expect(dry_run).to_contain_text("Closed")
    visited = [True, False, True]
    for place, so in enumerate(visited):
        await expect(entries.get_by_role("listitem").nth(place)).to_have_attribute("data-visited", str(so).lower())
    await save(page)
