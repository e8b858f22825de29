"""A small contact centre in browsers: an account, a queue, two agents and a customer with a phone."""

import itertools
import secrets
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from playwright.async_api import Browser, Locator, Page, ViewportSize

from contracts.base import Instant
from runtime.sandbox.customers import Said
from tests.integration.accounts import PlayedAccount
from tests.integration.site import Site
from tests.patience import eventually
from tests.web.client import PATIENCE_MS, sign_in

_numbers = itertools.count(3330000000)
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
Json = dict[str, Any]


class Office:
    """One for each test: nobody else is offered what its customers write."""

    def __init__(self, site: Site, browser: Browser) -> None:
        self.site = site
        self._browser = browser
        self._left = AsyncExitStack()
        self.ada, self.ben, self.queue = "", "", ""
        self._account: PlayedAccount | None = None
        self.password = secrets.token_hex(12)
        self.customer = f"+39{next(_numbers)}"
        self.complaints: list[str] = []

    async def __aenter__(self) -> Self:
        self.ada, self.ben = [await self._agent(name) for name in ("Ada", "Ben")]
        self.queue = await self.site.queue(self.ada, self.ben, strategy="beepall")
        action = {"action": "Queue", "queue": self.queue, "timeout": 3600}
        self._account = await self.site.played_account("meta", action)
        settings = {"agents": [self.ada, self.ben], "transfer": {"enabled": True, "timeout": 60}}
        await self.site.call("PATCH", f"/api/accounts/{self.account.id}", settings)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._left.aclose()
        for agent in (self.ada, self.ben):
            await self.site.set_state(agent, "offline")
        if error is None:
            assert self.complaints == []

    @property
    def account(self) -> PlayedAccount:
        """The account that the customer writes to."""
        assert self._account is not None
        return self._account

    async def queue_name(self) -> str:
        """What its queue is called."""
        return str((await self.site.call("GET", f"/api/queues/{self.queue}"))["name"])

    def write_to(self, account: PlayedAccount) -> None:
        """The customer writes to another account from now on."""
        self._account = account

    async def _agent(self, name: str) -> str:
        agent = await self.site.agent()
        await self.site.call("PATCH", f"/api/agents/{agent}", {"name": self.name(name, agent)})
        await self._user(agent, role="agent", agent_id=agent)
        return agent

    async def _user(self, name: str, **facts: str) -> None:
        await self.site.call("POST", "/api/users", {"name": name, "password": self.password, **facts})

    @staticmethod
    def name(name: str, agent: str) -> str:
        """What an agent is called: the agents of other tests are there as well."""
        return f"{name} {agent[-8:]}"

    async def screen(self, agent: str, size: ViewportSize = DESKTOP, scheme: str = "light") -> Page:
        """The screen of an agent who has signed in."""
        page = await self._page(agent, size, scheme)
        await page.get_by_role("button", name="Your state").wait_for()
        return page

    async def screen_of(self, role: str, path: str) -> Page:
        """A new admin's or supervisor's screen, at a page of the client."""
        name = f"{role}-{secrets.token_hex(4)}"
        await self._user(name, role=role)
        page = await self._page(name, DESKTOP, "light")
        await page.get_by_role("button", name="Your account").wait_for()
        await page.goto(self.url(path))
        return page

    def url(self, path: str) -> str:
        """Where a page of the client is."""
        return f"{self.site.info.console_url}{path}"

    async def _page(self, user: str, size: ViewportSize, scheme: str) -> Page:
        """A browser in which a user has signed in; what its scripts complain of is kept."""
        context = await self._browser.new_context(
            viewport=size, locale="en-GB", color_scheme="dark" if scheme == "dark" else "light"
        )
        self._left.push_async_callback(context.close)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        page.on("console", self._listen)
        await sign_in(page, self.site.info.console_url, user, self.password)
        return page

    def _listen(self, message: Any) -> None:  # noqa: ANN401 - playwright's own type is not exported
        if message.type == "error" and "Content Security Policy" in message.text:
            self.complaints.append(message.text)

    async def says(self, words: str, name: str = "Giulia Bianchi", at: Instant | None = None) -> None:
        """Have the customer write."""
        content = {"kind": "text", "text": words}
        said = Said.model_validate({"contact": self.customer, "name": name, "content": content, "at": at})
        await self.site.sandbox.say(self.account.key, [said])

    async def sends(self, content: Json) -> None:
        """Have the customer send something else than words."""
        said = Said.model_validate({"contact": self.customer, "content": content})
        await self.site.sandbox.say(self.account.key, [said])

    async def phone(self, words: str) -> Json:
        """The message with these words on the customer's phone, once it is there."""

        async def look() -> Json | None:
            phones = await self.site.sandbox.phones(account=self.account.key, contact=self.customer)
            shown = [message.model_dump(mode="json") for phone in phones for message in phone.messages]
            return next((one for one in shown if one["words"] == words and one["direction"] == "received"), None)

        seen = await eventually(look, within_s=PATIENCE_MS / 1000)
        assert seen is not None
        return seen


def offer(page: Page) -> Locator:
    """The first offer on a screen."""
    return page.get_by_role("group", name="is waiting for an answer").first


async def accept(page: Page) -> None:
    """Take the first offer on a screen; the conversation is open then."""
    await offer(page).get_by_role("button", name="Accept").click()
    await composer(page).wait_for()


def composer(page: Page) -> Locator:
    """Where one writes to the customer."""
    return page.get_by_role("textbox", name="Message to the customer")


def bubble(page: Page, words: str) -> Locator:
    """The message with these words in the conversation."""
    return page.get_by_role("log").locator("[data-message]", has_text=words)
