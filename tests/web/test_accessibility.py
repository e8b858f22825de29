"""What axe says of the pages: nothing serious, in light and in dark."""

import pytest
from playwright.async_api import Browser, expect

from tests.integration.site import Site
from tests.web.client import PATIENCE_MS, faults
from tests.web.office import Office, bubble, offer


async def test_the_page_to_sign_in(site: Site, browser: Browser) -> None:
    page = await browser.new_page()
    await page.goto(site.info.console_url)
    await page.get_by_role("button", name="Sign in").wait_for(timeout=PATIENCE_MS)

    assert not (found := await faults(page)), "\n".join(found)
    await page.close()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.thorough)])
async def test_the_inbox_with_an_offer_and_a_conversation(office: Office, scheme: str) -> None:
    page = await office.screen(office.ada, scheme=scheme)
    await office.says("Is my bicycle ready?")
    await expect(offer(page)).to_be_visible()
    assert not (found := await faults(page)), "\n".join(found)

    await offer(page).get_by_role("button", name="Accept").click()
    await expect(bubble(page, "Is my bicycle ready?")).to_be_visible()
    assert not (found := await faults(page)), "\n".join(found)
