"""The sender: takes commands as triggers, and sends what stands in the database, many conversations at a time.

Commands are acknowledged at once, so that nothing slow holds up a partition: what is to be sent is stored, and whatever
is forgotten here by a crash the clock finds again.
"""

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence

from contracts.commands import SEND_COMMANDS, Send, Tell
from contracts.errors import Unavailable
from contracts.outbound import OutboundSignal
from gateway.providers.delivery import DeliveryError, Signals
from gateway.providers.seam import Provider
from gateway.send.calls import Caller
from gateway.send.courier import Courier, Step
from gateway.send.turns import Conversation, Turns
from runtime.bundles import unbundle
from runtime.configuration import ConfigurationCache
from runtime.logging import get_logger
from runtime.publishing import Outbox
from runtime.settings import Settings

log = get_logger(__name__)

RETRY_S = 1.0
MOST_SIGNALS = 32
CLOSING_S = 3.0
"""What is left of the time to stop in, once the calls under way have had theirs: to store what became of them."""


class Sender:
    """A part of the process. `stop` lets calls under way finish, and gives back what was not begun."""

    def __init__(
        self,
        turns: Turns,
        courier: Courier,
        caller: Caller,
        providers: Mapping[str, Provider],
        configuration: ConfigurationCache,
        outbox: Outbox,
        settings: Settings,
    ) -> None:
        self._turns = turns
        self._courier = courier
        self._caller = caller
        self._providers = providers
        self._configuration = configuration
        self._outbox = outbox
        self._settings = settings
        self._changed = asyncio.Event()
        self._dispatching: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._telling: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to send."""
        self._dispatching = asyncio.create_task(self._dispatch())

    async def stop(self) -> None:
        """Begin nothing more; finish within the deadline what is under way."""
        if self._dispatching is not None:
            self._dispatching.cancel()
            await asyncio.gather(self._dispatching, return_exceptions=True)
        under_way = self._sending | self._telling
        if under_way:
            await asyncio.wait(under_way, timeout=max(0.0, self._settings.stop_deadline_s - 2 * CLOSING_S))
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def check(self) -> None:
        """Return when messages are being sent.

        Raises:
            Unavailable: the loop has ended.
        """
        if self._dispatching is None or self._dispatching.done():
            raise Unavailable("the sender has stopped")

    async def handle(self, bodies: Sequence[bytes]) -> int:
        """Note what is to be done; the number of commands.

        Raises:
            Unavailable: what could not be read cannot be set apart.
        """
        unbundled = unbundle(SEND_COMMANDS, bodies, "sender")
        if unbundled.letters:
            await self._outbox.park(unbundled.letters)
        for command in unbundled.items:
            match command:
                case Send(account_id=account_id, contact_key=contact_key):
                    self._turns.submit((account_id, contact_key))
                case Tell(signal=signal):
                    self._tell(signal)
        self._changed.set()
        return len(unbundled.items)

    async def _dispatch(self) -> None:
        while True:
            self._changed.clear()
            while (conversation := self._turns.next(time.monotonic())) is not None:
                _keep(self._sending, self._send(conversation))
            try:
                async with asyncio.timeout(self._turns.wait_s(time.monotonic())):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _send(self, conversation: Conversation) -> None:
        account_id, contact_key = conversation
        step = Step(called=True)
        try:
            step = await self._courier.send_next(account_id, contact_key)
        except Unavailable as error:
            log.warning("sender.waiting", account=account_id, reason=str(error))
            step = Step(again_in_s=RETRY_S)
        except Exception:
            # The boundary of one message: its claim grows old, and the others go on.
            log.exception("sender.failed", account=account_id)
        now = time.monotonic()
        if step.hold_s:
            self._turns.hold(account_id, now + step.hold_s)
        self._turns.done(conversation, now, called=step.called, again_in_s=step.again_in_s)
        self._changed.set()

    def _tell(self, signal: OutboundSignal) -> None:
        if len(self._telling) < MOST_SIGNALS:  # beyond that they would come too late to say anything
            _keep(self._telling, self._give(signal))

    async def _give(self, signal: OutboundSignal) -> None:
        account = self._configuration.current.accounts.get(signal.account_id)
        provider = self._providers.get(account.type) if account else None
        if account is None or not isinstance(provider, Signals):
            return
        try:
            async with asyncio.timeout(self._settings.send_timeout_s):
                await self._caller.converse(provider.signal(signal, account), account)
        except (DeliveryError, TimeoutError) as error:
            log.warning("signal.not_given", account=account.key, signal=signal.signal, reason=type(error).__name__)
        except Exception:
            # The boundary of one signal, which nobody waits for.
            log.exception("signal.failed", account=account.key)


def _keep(tasks: set[asyncio.Task[None]], work: Coroutine[None, None, None]) -> None:
    task = asyncio.get_running_loop().create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
