"""The HTTP face of the gateway: find the account, check the signature over the raw bytes, read, hand on, answer.

    POST /webhooks/{provider}/{account key}   a webhook of one account
    POST /webhooks/{provider}                 a webhook that may hold items of several accounts of one app (Meta)
    GET  on the same paths                    a provider's handshake, or a webhook whose parameters are in the query
    GET  /files/{token}                       a file that a message sends, for a provider to fetch

Answers: 200 when the broker has confirmed every event, or the journal has it on disk; 400 malformed, 401 unsigned, 403
forged or for another account, 404 unknown, 413 too large, 503 when neither broker nor disk takes it: the provider comes
again. Refusals say which rule was broken, never what was expected.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from contracts.accounts import Account
from contracts.base import new_id
from gateway.providers.seam import Handshake, MalformedWebhook, Provider, SharedCallback, Verdict, Webhook
from gateway.receive.files import FileDoor
from gateway.receive.intake import Intake, malformed, take_in
from gateway.receive.overload import Sluice
from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.http.problems import CORRELATION_HEADER, Problem, answer_to
from runtime.layout import Layout, layout_of
from runtime.logging import get_logger
from runtime.media.links import PATH as FILES
from runtime.metrics import Metrics

log = get_logger(__name__)

PREFIX = "/webhooks/"

REFUSALS = {
    Verdict.UNSIGNED: (HTTPStatus.UNAUTHORIZED, "the signature is missing"),
    Verdict.FORGED: (HTTPStatus.FORBIDDEN, "the signature does not match"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a request is for: the provider, the accounts that it may speak for, and whether the URL names just one."""

    provider: Provider
    accounts: tuple[Account, ...]
    shared: bool


class Door:
    """Takes webhooks in."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        configuration: ConfigurationCache,
        sluice: Sluice,
        metrics: Metrics,
        clock: Clock,
        public_url: str,
        partitions: int | Layout,
    ) -> None:
        self._providers = providers
        self._configuration = configuration
        self._sluice = sluice
        self._answered = cache(metrics.webhooks.labels)
        self._items = cache(metrics.items.labels)
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._layout = layout_of(partitions)

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """One request, from bytes to events in safe hands, or to the reason why not.

        Raises:
            ConnectionError: the client has hung up; there is nobody to answer.
        """
        correlation_id = new_id()
        provider, key = _route(request.raw_path)
        try:
            response = await self._answer(request, self._target(provider, key), correlation_id)
        except ConnectionError as error:
            # Ours are `Unavailable`: this is the client's, which is gone. The server drops it without a word.
            log.info("webhook.client_gone", correlation_id=correlation_id, reason=str(error))
            raise
        except Exception as error:  # noqa: BLE001 - the edge of the process: whatever it is, the provider gets an answer
            response = answer_to(request, error, correlation_id)
        response.headers[CORRELATION_HEADER] = correlation_id
        name = provider if provider in self._providers else "unknown"
        self._answered(name, str(response.status)).inc()
        return response

    async def _answer(self, request: web.BaseRequest, target: Target, correlation_id: str) -> web.Response:
        match request.method, target.provider:
            case "GET", Handshake() as provider:
                return _shake_hands(request, provider, target.accounts)
            case "GET" | "POST", _:
                return await self._receive(request, target, correlation_id)
            case _:
                raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "webhooks are POST or GET", headers={"Allow": "GET, POST"})

    async def _receive(self, request: web.BaseRequest, target: Target, correlation_id: str) -> web.Response:
        body = await self._body(request, target.provider.manifest.max_body)
        webhook = self._webhook(request, target, body)
        accounts = self._genuine(target, webhook)
        try:
            items = target.provider.parse(webhook).items
        except MalformedWebhook as error:
            letter = malformed(webhook, str(error), accounts, correlation_id)
            await self._sluice.publish((), [letter.model_dump_json().encode()])
            raise Problem(HTTPStatus.BAD_REQUEST, f"the body is not what the provider sends: {error}") from error
        intake = take_in(target.provider, items, accounts, webhook, self._layout.count, correlation_id)
        if intake.foreign and not target.shared and (sharers := self._sharers(target, webhook)):
            # One app has one callback URL: a webhook to one account's URL may hold items of the app's other numbers.
            intake = take_in(target.provider, items, sharers, webhook, self._layout.count, correlation_id)
        self._count(target.provider.manifest.name, intake)
        if intake.foreign and not isinstance(target.provider, SharedCallback):
            raise Problem(HTTPStatus.FORBIDDEN, "the webhook is signed, but for another account or number")
        await self._publish(intake)
        log.debug("webhook.taken", correlation_id=correlation_id, items=len(items), foreign=intake.foreign)
        content_type, text = target.provider.reply()
        return web.Response(body=text.encode(), headers={"Content-Type": content_type})

    def _target(self, name: str, key: str) -> Target:
        provider = self._providers.get(name)
        if provider is None:
            raise Problem(HTTPStatus.NOT_FOUND, "there is no such provider")
        if not key:
            accounts = tuple(self._configuration.current.accounts_of_type(provider.manifest.name))
            if not isinstance(provider, SharedCallback):
                raise Problem(HTTPStatus.NOT_FOUND, "this provider's webhooks go to the URL of an account")
            return Target(provider, accounts, shared=True)
        account = self._configuration.current.accounts_by_key.get(key.lower())
        if account is None or account.type != provider.manifest.name:
            raise Problem(HTTPStatus.NOT_FOUND, "there is no account with this key at this provider")
        return Target(provider, (account,), shared=False)

    @staticmethod
    async def _body(request: web.BaseRequest, most: int) -> bytes:
        if (request.content_length or 0) > most:
            raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=request.content_length or 0)
        body = await request.read()
        if len(body) > most:
            raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(body))
        return body

    def _webhook(self, request: web.BaseRequest, target: Target, body: bytes) -> Webhook:
        base = self._public_url if target.shared else target.accounts[0].domain or self._public_url
        return Webhook(
            method=request.method,
            url=base + request.raw_path,
            headers=request.headers,
            body=body,
            received_at=self._clock(),
        )

    def _genuine(self, target: Target, webhook: Webhook) -> Sequence[Account]:
        """The accounts that the webhook may speak for: those whose secret it is signed with."""
        provider = target.provider
        if not target.shared:
            verdict = provider.verify(webhook, target.accounts[0])
            if verdict is not Verdict.GENUINE:
                raise Problem(*REFUSALS[verdict])
            return target.accounts
        genuine = self._sharers(target, webhook)
        if not genuine:
            raise Problem(HTTPStatus.FORBIDDEN, "the signature matches no account")
        return genuine

    def _sharers(self, target: Target, webhook: Webhook) -> Sequence[Account]:
        """Every account whose secret the webhook is signed with; none when the provider keeps accounts apart."""
        provider = target.provider
        if not isinstance(provider, SharedCallback):
            return ()
        return provider.candidates(webhook, tuple(self._configuration.current.accounts_of_type(provider.manifest.name)))

    async def _publish(self, intake: Intake) -> None:
        await self._sluice.publish(intake.events, [letter.model_dump_json().encode() for letter in intake.letters])
        for letter in intake.letters:
            log.warning("item.set_apart", correlation_id=letter.correlation_id, reason=letter.reason)

    def _count(self, provider: str, intake: Intake) -> None:
        fates = {"taken": len(intake.events), "set_apart": len(intake.letters), "foreign": intake.foreign}
        for fate, count in fates.items():
            if count:
                self._items(provider, fate).inc(count)
        if intake.foreign:
            log.warning("item.foreign", provider=provider, count=intake.foreign)


def _route(raw_path: str) -> tuple[str, str]:
    """The provider and the account key that a path names; empty where it names none."""
    _, _, path = raw_path.partition(PREFIX)
    provider, _, key = path.partition("?")[0].partition("/")
    return (provider, key) if raw_path.startswith(PREFIX) else ("", "")


def _shake_hands(request: web.BaseRequest, provider: Handshake, accounts: Sequence[Account]) -> web.Response:
    for account in accounts:
        challenge = provider.challenge(request.query, account)
        if challenge is not None:
            return web.Response(text=challenge, content_type="text/plain")
    raise Problem(HTTPStatus.FORBIDDEN, "the verify token does not match")


def build_gateway(door: Door, files: FileDoor, max_body: int) -> web.Server:
    """The server of the gateway. `max_body` is the largest body of any provider, in bytes.

    A bare server: an application with its router and middlewares would cost a fifth of a webhook, for three paths.
    """
    loop = asyncio.get_running_loop()

    async def handle(request: web.BaseRequest) -> web.Response:
        return await (files if request.raw_path.startswith(FILES) else door).handle(request)

    def request(
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> web.BaseRequest:
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=max_body)

    return web.Server(handle, request_factory=request, access_log=None)
