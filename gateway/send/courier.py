"""One message on its way: claimed, given to the provider, and its outcome stored.

A message is claimed just before the provider is called. What is known to have been refused or not accepted is stored as
such; everything else that goes wrong after a call with effect has left, a crash included, leaves it unconfirmed, and it
is not sent again: a status of the provider may still settle it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.accounts import Account
from contracts.base import number_of
from contracts.errors import Unavailable
from contracts.messages import FailureKind, StatusReason
from contracts.outbound import OutboundMessage, SendMedia
from contracts.stored import StoredMessage
from gateway.providers.delivery import Delivers, OutcomeUnknown, Refused, Sent, TryLater
from gateway.providers.seam import Provider
from gateway.send.calls import Caller, Flight
from runtime.clock import Clock
from runtime.configuration import ConfigurationCache
from runtime.logging import get_logger
from runtime.media.links import MediaLinks
from runtime.metrics import Metrics
from runtime.settings import Settings
from runtime.store.outbound import OutboundStore

log = get_logger(__name__)

STORE_RETRY_S = 0.2
STORE_RETRY_MOST_S = 5.0
HOLD_S = 5.0
"""How long an account is held back when the provider says that it is over its rate, and not for how long."""

NO_ACCOUNT = StatusReason(code="account", kind=FailureKind.ACCOUNT, sentence="The account was deleted.")
CANNOT_SEND = StatusReason(
    code="provider", kind=FailureKind.ACCOUNT, sentence="Messages cannot be sent with this type of account."
)
OURS = StatusReason(code="internal", sentence="Sending failed by an error of ours, which is logged.")
UNKNOWN = StatusReason(
    code="unknown",
    kind=FailureKind.PROVIDER,
    sentence="It is not known whether the provider has this message: it did not answer in time.",
)
TOO_SLOW = StatusReason(code="timeout", kind=FailureKind.PROVIDER, sentence="The provider did not answer in time.")

Outcome = Sent | Refused | TryLater | OutcomeUnknown


@dataclass(frozen=True, slots=True)
class Step:
    """What came of a turn: whether the provider was called, when there is more to send (None: nothing more), and for
    how long the account is to be held back."""

    called: bool = False
    again_in_s: float | None = None
    hold_s: float = 0.0


class Courier:
    """Takes the first queued message of a conversation to the provider."""

    def __init__(
        self,
        store: OutboundStore,
        configuration: ConfigurationCache,
        providers: Mapping[str, Provider],
        caller: Caller,
        links: MediaLinks,
        metrics: Metrics,
        clock: Clock,
        settings: Settings,
        instance: str,
    ) -> None:
        self._store = store
        self._configuration = configuration
        self._providers = providers
        self._caller = caller
        self._links = links
        self._sends = metrics.sends
        self._clock = clock
        self._settings = settings
        self._instance = instance

    async def send_next(self, account_id: str, contact_key: str) -> Step:
        """Send the first message of a conversation, unless somebody has it in hand or it is to wait.

        Raises:
            Unavailable: the database is away; nothing was sent.
        """
        queue = await self._store.queue_of(account_id, contact_key)
        if not queue or queue[0].claimed_by is not None:
            return Step()
        first, now = queue[0], self._clock()
        if first.not_before is not None and first.not_before > now:
            return Step(again_in_s=(first.not_before - now).total_seconds())
        account = await self._account(account_id)
        if not await self._store.claim(first, self._instance, now):
            return Step(again_in_s=0)
        step = await self._send(first.model_copy(update={"attempts": first.attempts + 1}), account)
        return replace(step, again_in_s=0) if step.again_in_s is None and len(queue) > 1 else step

    async def _send(self, message: StoredMessage, account: Account | None) -> Step:
        flight = Flight()
        try:
            outcome = await self._outcome(message, account, flight)
        except asyncio.CancelledError:
            # The process must end now.
            await self._let_go(message, flight)
            raise
        except Unavailable as error:
            log.warning("send.waiting", correlation_id=message.correlation_id, reason=str(error))
            await self._until_stored(lambda: self._release(message, None))
            return Step(again_in_s=STORE_RETRY_MOST_S)
        return await self._store_outcome(message, account, outcome)

    async def _account(self, account_id: str) -> Account | None:
        """An account that nobody here knows may have been made a moment ago. It always has a domain, see `Delivers`."""
        if account_id not in self._configuration.current.accounts:
            await self._configuration.changed()
        account = self._configuration.current.accounts.get(account_id)
        if account is None or account.domain is not None:
            return account
        return account.model_copy(update={"domain": self._settings.public_url.rstrip("/")})

    async def _outcome(self, message: StoredMessage, account: Account | None, flight: Flight) -> Outcome:
        try:
            async with asyncio.timeout(self._settings.send_timeout_s):
                return await self._deliver(message, account, flight)
        except (Refused, TryLater, OutcomeUnknown) as error:
            return error
        except TimeoutError:
            return OutcomeUnknown("no answer in time") if flight.doubtful else TryLater(TOO_SLOW)
        except Unavailable:
            if flight.doubtful:
                return OutcomeUnknown("a service of ours went away in between")
            raise
        except Exception:
            log.exception("send.failed", correlation_id=message.correlation_id, message=message.id)
            return OutcomeUnknown("an error of ours") if flight.doubtful else Refused(OURS)

    async def _deliver(self, message: StoredMessage, account: Account | None, flight: Flight) -> Sent:
        if account is None:
            raise Refused(NO_ACCOUNT)
        provider = self._providers.get(account.type)
        if not isinstance(provider, Delivers):
            raise Refused(CANNOT_SEND)
        outbound = _outbound(message)
        delivery = provider.deliver(outbound, account, self._media_url(outbound, account))
        return await self._caller.converse(delivery, account, flight)

    def _media_url(self, message: OutboundMessage, account: Account) -> str | None:
        match message.content:
            case SendMedia(file_id=str(file_id)):
                return self._links.media_url(file_id, account.domain)
            case _:
                return None

    async def _store_outcome(self, message: StoredMessage, account: Account | None, outcome: Outcome) -> Step:
        match outcome:
            case Sent(provider_id=provider_id, state=state):
                now = self._clock()
                await self._until_stored(lambda: self._store.sent(message, provider_id, state, now))
                return self._tell(message, account, "sent", Step(called=True))
            case Refused(reason=reason):
                return await self._fail(message, account, reason)
            case TryLater():
                return await self._try_later(message, account, outcome)
            case OutcomeUnknown():
                await self._until_stored(lambda: self._store.unconfirmed(message, UNKNOWN))
                return self._tell(message, account, "unconfirmed", Step(called=True), why=str(outcome))

    async def _fail(self, message: StoredMessage, account: Account | None, reason: StatusReason) -> Step:
        now = self._clock()
        await self._until_stored(lambda: self._store.failed(message, reason, now))
        return self._tell(message, account, "failed", Step(called=True), why=reason.kind.value, code=reason.code)

    async def _try_later(self, message: StoredMessage, account: Account | None, error: TryLater) -> Step:
        wait_s = self._wait_s(message, error)
        now = self._clock()
        hold_s = (wait_s if error.after_s is not None else HOLD_S) if error.scope == "account" else 0.0
        if now + timedelta(seconds=wait_s) > message.received_at + timedelta(seconds=self._settings.send_retry_age_s):
            step = await self._fail(message, account, error.reason)
            return replace(step, hold_s=hold_s)
        not_before = now + timedelta(seconds=wait_s)
        await self._until_stored(lambda: self._release(message, not_before))
        step = Step(called=True, again_in_s=wait_s, hold_s=hold_s)
        return self._tell(message, account, "retried", step, why=error.reason.code, wait_s=round(wait_s, 2))

    def _wait_s(self, message: StoredMessage, error: TryLater) -> float:
        """What the provider asks for and a little more, else backoff with full jitter."""
        first, most = self._settings.send_retry_s, self._settings.send_retry_most_s
        longest = min(most, first * 2.0 ** min(message.attempts - 1, 30))
        jitter = random.uniform(0, longest)  # noqa: S311 - spreads retries, hides nothing
        return jitter if error.after_s is None else error.after_s + min(jitter, first)

    async def _let_go(self, message: StoredMessage, flight: Flight) -> None:
        try:
            if flight.doubtful:
                await self._store.unconfirmed(message, UNKNOWN)
            else:
                await self._release(message, None)
        except Unavailable as error:
            # Its claim grows old, and the clock makes it unconfirmed.
            log.warning("send.not_released", correlation_id=message.correlation_id, reason=str(error))

    async def _release(self, message: StoredMessage, not_before: datetime | None) -> None:
        await self._store.release(message, self._instance, not_before)

    @staticmethod
    async def _until_stored(write: Callable[[], Awaitable[None]]) -> None:
        """What came of a call is known here and nowhere else: it is stored, however long the database takes."""
        wait = STORE_RETRY_S
        while True:
            try:
                await write()
            except Unavailable as error:
                log.warning("send.not_stored", reason=str(error), wait_s=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, STORE_RETRY_MOST_S)
            else:
                return

    def _tell(
        self, message: StoredMessage, account: Account | None, outcome: str, step: Step, **fields: object
    ) -> Step:
        provider = account.type if account else "none"
        self._sends.labels(provider, outcome).inc()
        log.info(
            "send.outcome",
            outcome=outcome,
            correlation_id=message.correlation_id,
            message=message.id,
            interaction=message.interaction_id,
            attempt=message.attempts,
            **fields,
        )
        return step


def _outbound(message: StoredMessage) -> OutboundMessage:
    return OutboundMessage(
        id=message.id,
        account_id=message.account_id,
        contact_key=message.contact_key,
        number=number_of(message.contact_key),
        content=message.sending,
        reply_to=message.reply_to,
    )
