"""The web client as it is served: its files, its page for every path that it draws, and nothing else."""

import os
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from console.static import WebClient
from runtime.http import build_app

Browser = TestClient[web.Request, web.Application]


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A build."""
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / ".vite").mkdir()
    (root / "index.html").write_text("<!doctype html><title>one</title>", encoding="utf-8")
    (root / "scheme.js").write_text("1;", encoding="utf-8")
    (root / "assets" / "index-abc.js").write_text("import('./x.js');", encoding="utf-8")
    (root / ".vite" / "manifest.json").write_text("{}", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("not to be seen", encoding="utf-8")
    return root


@pytest.fixture
async def browser(dist: Path) -> AsyncIterator[Browser]:
    """Something that asks for pages."""
    app = build_app([])
    WebClient(dist).add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/inbox", "/accounts/shop/edit", "/apiary"])
async def test_the_page_is_the_same_wherever_the_client_is(browser: Browser, path: str) -> None:
    answer = await browser.get(path)

    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "text/html"
    assert "<title>one</title>" in await answer.text()
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/api", "/api/nothing", "/media/x", "/metrics", "/openapi.json", "/v/x", "/video/x"])
async def test_a_fault_in_a_path_of_somebody_else_is_told_and_gets_no_page(browser: Browser, path: str) -> None:
    answer = await browser.get(path)

    assert answer.status == HTTPStatus.NOT_FOUND
    assert answer.content_type == "application/problem+json"


async def test_files_that_are_named_by_their_content_are_kept_for_a_year(browser: Browser) -> None:
    answer = await browser.get("/assets/index-abc.js")

    assert answer.status == HTTPStatus.OK
    assert answer.content_type in {"text/javascript", "application/javascript"}
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (await browser.get("/scheme.js")).headers["Cache-Control"] == "no-cache"


async def test_a_script_of_an_older_build_is_missing_and_no_page(browser: Browser) -> None:
    assert (await browser.get("/assets/index-old.js")).status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("path", ["/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2f..%2fsecret.txt"])
async def test_nothing_outside_of_the_build_is_served(browser: Browser, path: str) -> None:
    answer = await browser.get(path)

    assert "not to be seen" not in await answer.text()


async def test_what_is_the_builds_own_is_not_served(browser: Browser) -> None:
    assert (await browser.get("/.vite/manifest.json")).content_type == "text/html"


@pytest.mark.parametrize("path", ["/", "/assets/index-abc.js"])
async def test_no_page_may_run_what_stands_in_it_or_be_framed(browser: Browser, path: str) -> None:
    headers = (await browser.get(path)).headers

    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["default-src"] == "'self'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


async def test_a_new_build_is_served_without_a_restart(browser: Browser, dist: Path) -> None:
    await browser.get("/")
    (dist / "assets" / "index-def.js").write_text("2;", encoding="utf-8")
    page = dist / "index.html"
    page.write_text("<!doctype html><title>two</title>", encoding="utf-8")
    os.utime(page, (page.stat().st_mtime + 5, page.stat().st_mtime + 5))

    assert "<title>two</title>" in await (await browser.get("/")).text()
    assert (await browser.get("/assets/index-def.js")).status == HTTPStatus.OK


async def test_where_nothing_was_built_the_answer_says_how_to_build_it(tmp_path: Path) -> None:
    app = build_app([])
    WebClient(tmp_path / "nothing").add_to(app)

    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/")

        assert answer.status == HTTPStatus.NOT_FOUND
        assert answer.content_type == "text/plain"
        assert "make setup" in await answer.text()
