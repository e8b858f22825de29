"""The HTTP face of the gateway: find the account, check the signature over the raw bytes, read, publish, answer.

    POST /webhooks/{provider}/{account key}   a webhook of one account
    POST /webhooks/{provider}                 a webhook that may hold items of several accounts of one app (Meta)
    GET  on the same paths                    a provider's handshake, or a webhook whose parameters are in the query

Answers: 200 when the broker has confirmed every event; 400 malformed, 401 unsigned, 403 forged or for another account,
404 unknown, 413 too large, 503 when the broker does not confirm: the provider comes again. Refusals say which rule was
broken, never what was expected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from contracts.accounts import Account
from contracts.errors import Unavailable
from gateway.providers.seam import Handshake, MalformedWebhook, Provider, SharedCallback, Verdict, Webhook
from gateway.receive.gatherer import Gatherer
from gateway.receive.intake import Intake, malformed, take_in
from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.http.problems import Problem, problems
from runtime.logging import get_logger
from runtime.metrics import Metrics
from runtime.publishing import Outbox

log = get_logger(__name__)

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
        gatherer: Gatherer,
        outbox: Outbox,
        metrics: Metrics,
        clock: Clock,
        public_url: str,
        partitions: int,
    ) -> None:
        self._providers = providers
        self._configuration = configuration
        self._gatherer = gatherer
        self._outbox = outbox
        self._metrics = metrics
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._partitions = partitions

    async def post(self, request: web.Request) -> web.Response:
        """One webhook, from bytes to the broker's confirm."""
        name = request.match_info["provider"]
        try:
            response = await self._receive(request)
        except (Problem, web.HTTPException, Unavailable) as error:
            self._metrics.webhooks.labels(name if name in self._providers else "unknown", _status(error)).inc()
            raise
        self._metrics.webhooks.labels(name, "200").inc()
        return response

    async def get(self, request: web.Request) -> web.Response:
        """A provider's handshake; a webhook, where the provider has none."""
        target = self._target(request)
        if not isinstance(target.provider, Handshake):
            return await self.post(request)
        for account in target.accounts:
            challenge = target.provider.challenge(request.query, account)
            if challenge is not None:
                return web.Response(text=challenge, content_type="text/plain")
        raise Problem(HTTPStatus.FORBIDDEN, "the verify token does not match")

    async def _receive(self, request: web.Request) -> web.Response:
        target = self._target(request)
        body = await self._body(request, target.provider.manifest.max_body)
        webhook = self._webhook(request, target, body)
        accounts = self._genuine(target, webhook)
        try:
            items = target.provider.parse(webhook).items
        except MalformedWebhook as error:
            await self._outbox.park([malformed(webhook, str(error), accounts)])
            raise Problem(HTTPStatus.BAD_REQUEST, f"the body is not what the provider sends: {error}") from error
        intake = take_in(target.provider, items, accounts, webhook, self._partitions)
        if intake.foreign and not target.shared and (sharers := self._sharers(target, webhook)):
            # One app has one callback URL: a webhook to one account's URL may hold items of the app's other numbers.
            intake = take_in(target.provider, items, sharers, webhook, self._partitions)
        self._count(target.provider.manifest.name, intake)
        if intake.foreign and not isinstance(target.provider, SharedCallback):
            raise Problem(HTTPStatus.FORBIDDEN, "the webhook is signed, but for another account or number")
        await self._publish(intake)
        content_type, text = target.provider.reply()
        return web.Response(text=text, content_type=content_type)

    def _target(self, request: web.Request) -> Target:
        provider = self._providers.get(request.match_info["provider"])
        if provider is None:
            raise Problem(HTTPStatus.NOT_FOUND, "there is no such provider")
        key = request.match_info.get("key")
        if key is None:
            accounts = tuple(self._configuration.current.accounts_of_type(provider.manifest.name))
            if not isinstance(provider, SharedCallback):
                raise Problem(HTTPStatus.NOT_FOUND, "this provider's webhooks go to the URL of an account")
            return Target(provider, accounts, shared=True)
        account = self._configuration.current.accounts_by_key.get(key.lower())
        if account is None or account.type != provider.manifest.name:
            raise Problem(HTTPStatus.NOT_FOUND, "there is no account with this key at this provider")
        return Target(provider, (account,), shared=False)

    @staticmethod
    async def _body(request: web.Request, most: int) -> bytes:
        if (request.content_length or 0) > most:
            raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=request.content_length or 0)
        body = await request.read()
        if len(body) > most:
            raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(body))
        return body

    def _webhook(self, request: web.Request, target: Target, body: bytes) -> Webhook:
        base = self._public_url if target.shared else target.accounts[0].domain or self._public_url
        return Webhook.model_construct(
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
        if intake.letters:
            await self._outbox.park(intake.letters)
            for letter in intake.letters:
                log.warning("item.set_apart", correlation_id=letter.correlation_id, reason=letter.reason)
        if intake.events:
            await self._gatherer.publish(intake.events)

    def _count(self, provider: str, intake: Intake) -> None:
        fates = {"taken": len(intake.events), "set_apart": len(intake.letters), "foreign": intake.foreign}
        for fate, count in fates.items():
            if count:
                self._metrics.items.labels(provider, fate).inc(count)
        if intake.foreign:
            log.warning("item.foreign", provider=provider, count=intake.foreign)


def _status(error: Exception) -> str:
    match error:
        case Problem(status=status) | web.HTTPException(status=status):
            return str(int(status))
        case _:
            return str(int(HTTPStatus.SERVICE_UNAVAILABLE))


def build_gateway(door: Door, max_body: int) -> web.Application:
    """The application of the gateway. `max_body` is the largest body of any provider, in bytes."""
    app = web.Application(middlewares=[problems], client_max_size=max_body)
    for path in ("/webhooks/{provider}", "/webhooks/{provider}/{key}"):
        app.router.add_post(path, door.post)
        app.router.add_get(path, door.get, allow_head=False)
    return app
