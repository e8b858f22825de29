"""Calls the endpoint of a `Webhook` entry, and says what it answered into the conversation's partition.

The endpoint gets what conditions may read, as JSON, and the call's name in the header `Idempotency-Key`: after a crash
the same call may come again under the same name. Only hosts that the settings name are called, redirects are not
followed, and whatever goes wrong is an answer too: the walk goes on with the next entry.
"""

import asyncio
from datetime import timedelta

import httpx
from pydantic import ValidationError

from contracts.actions import host_of
from contracts.base import new_id
from contracts.commands import CallWebhook
from contracts.errors import SwitchboardError
from contracts.events import WebhookAnswered
from gateway.webhooks.answer import MOST_BYTES, Answer
from runtime.clock import Clock
from runtime.http.client import OutboundHttp, PrivateAddress
from runtime.logging import get_logger
from runtime.metrics import Metrics
from runtime.publishing import Outbox

log = get_logger(__name__)


class CallFailed(SwitchboardError):
    """An endpoint was not called, or its answer cannot be used: the sentence stands in the routing trace."""


class EndpointCaller:
    """Runs the errand `CallWebhook`.

    Args:
        allowed: the hosts that may be called, in lower case.
    """

    def __init__(
        self, http: OutboundHttp, outbox: Outbox, allowed: frozenset[str], metrics: Metrics, clock: Clock
    ) -> None:
        self._http = http
        self._outbox = outbox
        self._allowed = allowed
        self._handled = metrics.handled
        self._clock = clock

    async def handle(self, command: CallWebhook) -> None:
        """Call the endpoint and publish its answer; nothing when the list has gone on already.

        Raises:
            Unavailable: the answer could not be published. Called again, the endpoint is called again.
        """
        left = command.expires_at - self._clock()
        if left <= timedelta():
            self._handled.labels("webhooks", "late").inc()
            return
        try:
            answer = await self._call(command, min(float(command.timeout), left.total_seconds()))
        except CallFailed as error:
            log.warning("webhook.failed", correlation_id=command.correlation_id, reason=str(error))
            self._handled.labels("webhooks", "failed").inc()
            await self._publish(command, Answer(), str(error))
        else:
            self._handled.labels("webhooks", "answered").inc()
            await self._publish(command, answer)

    async def _call(self, command: CallWebhook, seconds: float) -> Answer:
        if host_of(command.url) not in self._allowed:
            raise CallFailed("the host is not among those that may be called")
        try:
            async with asyncio.timeout(seconds):
                return _understood(await self._body(command, seconds))
        except (TimeoutError, httpx.TimeoutException) as error:
            raise CallFailed(f"no answer within {command.timeout} s") from error
        except PrivateAddress as error:
            raise CallFailed("the host is in a private network") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CallFailed(f"the endpoint cannot be reached: {type(error).__name__}") from error

    async def _body(self, command: CallWebhook, seconds: float) -> bytes:
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": f"{command.interaction_id}:{command.step}",
        }
        request = self._http.client().stream(
            "POST", command.url, content=command.body, headers=headers, timeout=seconds
        )
        body = bytearray()
        async with request as response:
            if not response.is_success:
                raise CallFailed(f"the endpoint answered with status {response.status_code}")
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise CallFailed(f"the answer is longer than {MOST_BYTES} bytes")
        return bytes(body)

    async def _publish(self, command: CallWebhook, answer: Answer, failure: str | None = None) -> None:
        event = WebhookAnswered(
            event_id=new_id(),
            correlation_id=command.correlation_id,
            account_id=command.account_id,
            contact_key=command.contact_key,
            received_at=self._clock(),
            interaction_id=command.interaction_id,
            step=command.step,
            failure=failure,
            attributes=answer.attributes,
            position=answer.position,
        )
        await self._outbox.events([event])


def _understood(body: bytes) -> Answer:
    if not body.strip():
        return Answer()
    try:
        return Answer.model_validate_json(body)
    except ValidationError as error:
        # Of the place only what is ours: the rest are the endpoint's own words.
        places = sorted({str(fault["loc"][0]) for fault in error.errors(include_input=False) if fault["loc"]})
        raise CallFailed(f"the answer cannot be used: {', '.join(places) or 'it is not a JSON object'}") from error
