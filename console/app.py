"""The console as an HTTP application: its table of routes, and the document that describes them."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any

import orjson
from aiohttp import web

from console.accounts import account_resource
from console.agents import agent_routes
from console.ai import ai_routes
from console.authentication import bearer
from console.contacts import contact_routes
from console.deadletters import dead_letter_routes
from console.dependencies import ConsoleDependencies
from console.exports import export_routes
from console.imports import import_routes
from console.interactions import interaction_routes
from console.kinds import KINDS
from console.marks import mark_routes
from console.media import media_routes
from console.messages import message_routes
from console.providers import provider_routes
from console.rejections import rejection_routes
from console.replays import replay_routes
from console.resources import resource_routes
from console.routing import routing_routes
from console.starting import start_routes
from console.templates import template_routes
from console.video import video_routes
from console.whitelists import rule_routes, whitelist_resource
from console.work import work_routes
from runtime.http import Call, Nothing, Route, build_app, openapi

TITLE = "Switchboard"
MAX_BODY = 4 * 1024 * 1024
_PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}


def build_console(dependencies: ConsoleDependencies) -> web.Application:
    """The application; nothing is opened or started here.

    Raises:
        SetupFault: the token is empty.
    """
    routes = console_routes(dependencies)
    return build_app(routes, authorize=bearer(dependencies.token), max_body=MAX_BODY)


def console_routes(dependencies: ConsoleDependencies) -> list[Route[Any, Any]]:
    """Every route, the ones that describe the others included."""
    routes = [
        *resource_routes(account_resource(dependencies.public_url, dependencies.webhook_hosts), dependencies),
        *resource_routes(whitelist_resource(), dependencies),
        *(route for kind in KINDS for route in resource_routes(kind, dependencies)),
        *rule_routes(dependencies),
        *agent_routes(dependencies),
        *contact_routes(dependencies),
        *import_routes(dependencies),
        *export_routes(dependencies),
        *interaction_routes(dependencies),
        *dead_letter_routes(dependencies),
        *replay_routes(dependencies),
        *rejection_routes(dependencies),
        *message_routes(dependencies),
        *work_routes(dependencies),
        *mark_routes(dependencies),
        *start_routes(dependencies),
        *template_routes(dependencies),
        *media_routes(dependencies),
        *ai_routes(dependencies),
        *video_routes(dependencies),
        *routing_routes(dependencies),
        *provider_routes(),
    ]
    return [*routes, *_descriptions(routes)]


def _descriptions(routes: Sequence[Route[Any, Any]]) -> list[Route[Any, Any]]:
    @cache
    def document() -> bytes:
        return orjson.dumps(openapi([*routes, *descriptions], TITLE, _version()))

    async def described(_call: Call[Nothing, Nothing]) -> web.Response:
        return web.Response(body=document(), content_type="application/json")

    descriptions: list[Route[Any, Any]] = [
        Route(
            method="GET",
            path="/api/openapi.json",
            handler=described,
            summary="This document",
            tag="description",
            public=True,
        ),
        Route(
            method="GET",
            path="/",
            handler=_front_page,
            summary="A page with a link to this document",
            tag="description",
            public=True,
            media_type="text/html",
        ),
    ]
    return descriptions


async def _front_page(_call: Call[Nothing, Nothing]) -> web.Response:
    page = files("console").joinpath("index.html").read_bytes()
    return web.Response(body=page, content_type="text/html", charset="utf-8", headers=_PAGE_HEADERS)


def _version() -> str:
    try:
        return version("switchboard")
    except PackageNotFoundError:
        return "0"
