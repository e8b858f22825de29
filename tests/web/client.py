"""The browser, and what every test does with it."""

import shutil
from pathlib import Path
from typing import Any

from playwright.async_api import Page

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 45_000
"""How long something may take to be seen on a machine that does much else."""
AXE = Path(__file__).parents[2] / "console" / "web" / "node_modules" / "axe-core" / "axe.min.js"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_GRAVE = ["critical", "serious"]


def chromium() -> str:
    """Where Chromium is."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    assert found is not None, "there is no Chromium: apt-get install chromium, or make test as root"
    return found


async def sign_in(page: Page, url: str, name: str, password: str) -> None:
    """Sign in on the page at a URL."""
    await page.goto(url)
    await page.get_by_role("textbox", name="User name").fill(name)
    await page.get_by_role("textbox", name="Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def faults(page: Page) -> list[str]:
    """What axe finds grave on a page, each with the first element that it is about."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:300]} ({one['nodes'][0]['failureSummary']})"
        for one in found["violations"]
        if one["impact"] in _GRAVE
    ]
