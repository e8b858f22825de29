"""People who sign in, and what they get to see, for the tests of roles."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import orjson
from aiohttp import ClientSession, CookieJar

from tests.console.conftest import Answer, Console, Json

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """Somebody's browser: it keeps the cookie, and sends the CSRF token unless it is told not to."""

    client: ClientSession
    csrf: str = ""

    async def call(self, method: str, path: str, json: Json = None, **options: Json) -> Answer:
        headers = ({"X-CSRF-Token": self.csrf} if self.csrf else {}) | options.pop("headers", {})
        if json is not None:
            options["data"] = orjson.dumps(json)
            headers = {"Content-Type": "application/json"} | headers
        async with self.client.request(method, path, headers=headers, **options) as response:
            return Answer(response.status, dict(response.headers), await response.text(errors="replace"))

    async def sign_in(self, name: str, password: str = PASSWORD, **options: Json) -> Answer:
        answer = await self.call("POST", "/api/session", {"name": name, "password": password}, **options)
        if answer.status == 200:
            self.csrf = answer.json["csrf"]
        return answer


@asynccontextmanager
async def browser(console: Console) -> AsyncIterator[Person]:
    """A browser in which nobody has signed in yet."""
    # The test server has an address for a name, and aiohttp keeps no cookies of such by default.
    async with ClientSession(console.client.make_url("/"), cookie_jar=CookieJar(unsafe=True)) as client:
        yield Person(client)


async def new_user(console: Console, name: str, role: str, **fields: Json) -> Json:
    """A user with the password of the tests."""
    return await console.create("users", name=name, role=role, password=PASSWORD, **fields)
