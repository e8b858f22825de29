"""Pictures of the main views of the web client, for the documentation: `make screenshots`.

It starts a stack of its own with the sample configuration, has customers and agents talk, and looks at it with
Chromium as each of the sample people. A stack that runs over `--state-dir` is used instead where one is named; its
sample people get new passwords.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from playwright.async_api import Browser, Page, async_playwright

from runtime.demo.people import SignIn
from runtime.demo.run import Demonstration
from runtime.embedded.run import run_stack
from runtime.embedded.stack import Stack
from runtime.embedded.stack_file import StackInfo, running_stack
from runtime.logging import configure_logging
from runtime.settings import Settings
from tests.web.client import FLAGS, PATIENCE_MS, chromium, sign_in
from tests.web.scenery import LUCA, MIA, ZOE, Scenery

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDE, NARROW = (1280, 860), (390, 800)
SETTLE_MS = 1500
"""Pictures and fonts come, and what moved has stopped."""


@dataclass(frozen=True, slots=True)
class View:
    """One picture: its name, the address, who looks (a name or a role), and the text that must be there (a selector
    after `css=`)."""

    name: str
    path: str
    who: str
    shows: str
    size: tuple[int, int] = WIDE
    scheme: Literal["light", "dark"] = "light"


def views(conversation: str, agent: str, replay: str) -> tuple[View, ...]:
    """All pictures: of a conversation, which an agent has, and of a replay; all by their ids."""
    inbox = f"/inbox/{conversation}"
    return (
        View("inbox", inbox, agent, "Piazza Castello"),
        View("inbox-dark", inbox, agent, "Piazza Castello", scheme="dark"),
        View("inbox-phone", inbox, agent, "Piazza Castello", NARROW),
        View("realtime", "/realtime", "supervisor", "css=.recharts-bar-rectangle"),
        View("routing-trace", f"/interactions/{conversation}", "supervisor", "jumped"),
        View("accounts", "/accounts", "admin", "Demo sinch 1"),
        View("routing-list", "/accounts/demo-dm1/routing", "admin", "Go to, if"),
        View("pipeline", "/pipeline", "admin", "Sending to providers"),
        View("replay", f"/replays/{replay}", "admin", "elsewhere"),
    )


async def take(stack: StackInfo, into: Path) -> None:
    """Take all pictures."""
    run, scenery = Demonstration(stack, Settings().database), Scenery(stack)
    try:
        await run.configure()
        people = await run.sign_up()
        await scenery.play()
        wanted = views(await scenery.open_of(ZOE), await scenery.owner_of(ZOE), await scenery.replay())
    finally:
        await scenery.close()
        await run.close()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for view in wanted:
            await _picture(browser, stack.console_url, view, people, into)
        await _phones(browser, str(stack.sandbox_url), into)
        await browser.close()


async def _picture(browser: Browser, url: str, view: View, people: Sequence[SignIn], into: Path) -> None:
    page = await _page(browser, view.size, view.scheme)
    person = next(one for one in people if view.who in {one.name, one.role})
    await sign_in(page, url, person.name, person.password)
    await page.get_by_role("button", name="Your account").wait_for(timeout=PATIENCE_MS)
    await page.goto(f"{url}{view.path}")
    await _settled(page, view.shows)
    await _save(page, into / f"{view.name}.png")


async def _phones(browser: Browser, url: str, into: Path) -> None:
    """The customers' phones, which are no part of the client."""
    page = await _page(browser, WIDE, "light")
    chats = (f"account={one.account}&contact={quote(one.number)}" for one in (ZOE, LUCA, MIA))
    await page.goto(f"{url}/phone?{'&'.join(chats)}")
    await _settled(page, "Piazza Castello")
    await _save(page, into / "customers-phones.png")


async def _page(browser: Browser, size: tuple[int, int], scheme: Literal["light", "dark"]) -> Page:
    width, height = size
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    return await context.new_page()


async def _settled(page: Page, shows: str) -> None:
    """Wait until all of what must be there is."""
    for one in shows.split("|"):
        place = page.locator(one) if one.startswith("css=") else page.get_by_text(one)
        await place.first.wait_for(state="attached", timeout=PATIENCE_MS)
    await page.wait_for_timeout(SETTLE_MS)


async def _save(page: Page, path: Path) -> None:
    await page.screenshot(path=path)
    await page.context.close()
    print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path, flush=True)  # noqa: T201 - a command


async def _with_own_stack(into: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-pictures-") as folder:
        stack = Stack(Path(folder), Settings(log_level="warning"), standard_ports=False, management=False)
        await run_stack(stack, lambda info: take(info, into))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--into", type=Path, default=IMAGES, help="where the pictures are put")
    parser.add_argument("--state-dir", type=Path, help="of a stack that runs already")
    given = parser.parse_args(arguments)
    configure_logging(Settings(log_level="warning"), "screenshots")
    given.into.mkdir(parents=True, exist_ok=True)
    running = running_stack(given.state_dir) if given.state_dir else None
    asyncio.run(take(running, given.into) if running else _with_own_stack(given.into))


if __name__ == "__main__":
    main()
