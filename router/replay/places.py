"""Where messages stood that are missing in an interaction's log: the gaps in its numbers tell. Pure."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from contracts.events import MessageReceived
from runtime.store.effects import Effect, Log

MOST_CONVERSATIONS = 20_000


class Places:
    """Finds the place of missing messages, which are asked for in the order of the event log.

    What it has seen go by tells where messages stood that came in the same webhook, at the same moment.
    """

    def __init__(self) -> None:
        self._last: OrderedDict[str, tuple[str, int]] = OrderedDict()

    def passed(self, event: MessageReceived, effect: Effect) -> None:
        """Take note of a message that is in its place."""
        if effect.interaction_id:
            self._remember(event.conversation, effect.interaction_id, effect.sequence)

    def of(self, event: MessageReceived, logs: Mapping[str, Sequence[Log]]) -> tuple[str, int] | None:
        """The interaction and the number of a missing message; None where no gap is its own. A gap is given once."""
        log = next((log for log in logs.get(event.conversation, ()) if log.opened_at <= event.received_at), None)
        if log is None:
            return None
        lower = max((number for at, number in log.inbound if at < event.received_at), default=0)
        upper = min((number for at, number in log.inbound if at > event.received_at), default=log.length + 1)
        interaction_id, last = self._last.get(event.conversation, ("", 0))
        if interaction_id == log.interaction_id:
            lower = max(lower, last)
        number = next((number for number in range(lower + 1, upper) if number not in log.taken), None)
        if number is None:
            return None
        log.taken.add(number)
        log.inbound.append((event.received_at, number))
        self._remember(event.conversation, log.interaction_id, number)
        return log.interaction_id, number

    def _remember(self, conversation: str, interaction_id: str, number: int) -> None:
        self._last[conversation] = (interaction_id, number)
        self._last.move_to_end(conversation)
        if len(self._last) > MOST_CONVERSATIONS:
            self._last.popitem(last=False)
