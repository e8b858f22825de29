"""The console as an HTTP application: its table of routes, and the document that describes them."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import orjson
from aiohttp import web

from console.access import ConsoleGuard
from console.account_checks import account_check_routes
from console.accounts import account_resource
from console.agents import agent_routes
from console.ai import ai_routes
from console.audit import audit_routes
from console.conditions import condition_routes
from console.contacts import contact_routes
from console.deadletters import dead_letter_routes
from console.dependencies import ConsoleDependencies
from console.desk import desk_routes
from console.exports import export_routes
from console.figures import figure_routes
from console.imports import import_routes
from console.interactions import interaction_routes
from console.kinds import KINDS
from console.live import live_routes
from console.marks import mark_routes
from console.media import media_routes
from console.messages import message_routes
from console.pipeline import pipeline_routes
from console.providers import provider_routes
from console.rejections import rejection_routes
from console.replays import replay_routes
from console.resource_routes import resource_routes
from console.routing import routing_routes
from console.sessions import session_routes
from console.sessions_people import people_routes
from console.starting import start_routes
from console.static import WebClient
from console.templates import template_routes
from console.tokens import token_routes
from console.users import user_routes
from console.video import video_routes
from console.whitelists import rule_routes, whitelist_resource
from console.work import work_routes
from runtime.http import Call, Nothing, Route, build_app, openapi

TITLE = "Switchboard"
MAX_BODY = 4 * 1024 * 1024


def build_console(dependencies: ConsoleDependencies) -> web.Application:
    """The application; nothing is opened or started here.

    Raises:
        SetupFault: the token is empty.
    """
    app = build_app(console_routes(dependencies), guard=ConsoleGuard(dependencies), max_body=MAX_BODY)
    WebClient().add_to(app)
    app.on_shutdown.append(lambda _: dependencies.live.dismiss())
    return app


def console_routes(dependencies: ConsoleDependencies) -> list[Route[Any, Any]]:
    """Every route, the ones that describe the others included."""
    routes = [
        *session_routes(dependencies),
        *people_routes(dependencies),
        *user_routes(dependencies),
        *token_routes(dependencies),
        *audit_routes(dependencies.access),
        *resource_routes(account_resource(dependencies.public_url, dependencies.webhook_hosts), dependencies),
        *resource_routes(whitelist_resource(), dependencies),
        *(route for kind in KINDS for route in resource_routes(kind, dependencies)),
        *rule_routes(dependencies),
        *agent_routes(dependencies),
        *desk_routes(dependencies),
        *contact_routes(dependencies),
        *import_routes(dependencies),
        *export_routes(dependencies),
        *interaction_routes(dependencies),
        *dead_letter_routes(dependencies),
        *replay_routes(dependencies),
        *pipeline_routes(dependencies.pipeline),
        *live_routes(dependencies),
        *figure_routes(dependencies),
        *rejection_routes(dependencies),
        *message_routes(dependencies),
        *work_routes(dependencies),
        *mark_routes(dependencies),
        *start_routes(dependencies),
        *template_routes(dependencies),
        *account_check_routes(dependencies),
        *media_routes(dependencies),
        *ai_routes(dependencies),
        *video_routes(dependencies),
        *routing_routes(dependencies),
        *condition_routes(dependencies),
        *provider_routes(),
    ]
    return [*routes, *_descriptions(routes)]


def _descriptions(routes: Sequence[Route[Any, Any]]) -> list[Route[Any, Any]]:
    @cache
    def document() -> bytes:
        return orjson.dumps(openapi([*routes, *descriptions], TITLE, installed_version()))

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
    ]
    return descriptions


def installed_version() -> str:
    """The version of the package, 0 where it is not installed."""
    try:
        return version("switchboard")
    except PackageNotFoundError:
        return "0"
