"""Routing actions: the entries of an account's list, walked from the top (domain, section 5).

The position of an entry, counted from 1, is what a jump names.
"""

import re
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.base import Id, Value

Position = Annotated[int, Field(ge=1, le=1000)]
Timeout = Annotated[int, Field(ge=1, le=7 * 24 * 3600, description="seconds")]
Condition = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


ENDPOINT = re.compile(r"^https?://([A-Za-z0-9.-]+)(:[0-9]{1,5})?([/?][^\s\\#]*)?$")


def host_of(url: str) -> str:
    """The host of an endpoint's URL, in lower case; empty where it has none."""
    found = ENDPOINT.match(url)
    return found[1].lower() if found else ""


class Entry(Value):
    """What every entry may have: the interval outside of which it is skipped."""

    interval: Id | None = None


class QueueAction(Entry):
    """Distribute by the queue's strategy until accepted or the stay in this step is over."""

    action: Literal["Queue"] = "Queue"
    queue: Id
    timeout: Timeout


class AgentAction(Entry):
    """Offer to this agent only, until accepted, rejected or timed out."""

    action: Literal["Agent"] = "Agent"
    agent: Id
    timeout: Timeout


class GotoifAction(Entry):
    """Jump by a condition in CEL; an empty position means the next entry."""

    action: Literal["Gotoif"] = "Gotoif"
    condition: Condition
    if_true: Position | None = None
    if_false: Position | None = None


class GotoAction(Entry):
    """Jump to a position."""

    action: Literal["Goto"] = "Goto"
    position: Position


class AutoReplyAction(Entry):
    """Send a text to the customer; it may hold variables (`runtime/templates.py`).

    `once`: the first time that the walk comes by in an interaction; `always`: each time, but once for one event;
    `first_message`: while the customer has sent one message only, once.
    """

    action: Literal["AutoReply"] = "AutoReply"
    text: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    times: Literal["once", "always", "first_message"] = "once"


class CloseAction(Entry):
    """Close the interaction with a disposition."""

    action: Literal["Close"] = "Close"
    disposition: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class TagAction(Entry):
    """Add a tag to the interaction."""

    action: Literal["Tag"] = "Tag"
    tag: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class WebhookAction(Entry):
    """Call an HTTP endpoint with the interaction; its answer may set attributes and choose the next position.

    `host`, in lower case and without the port, must be on the installation's list of hosts that may be called.
    """

    action: Literal["Webhook"] = "Webhook"
    url: Annotated[str, StringConstraints(pattern=ENDPOINT.pattern, max_length=2000)]
    timeout: Annotated[int, Field(ge=1, le=30, description="seconds")] = 5

    @property
    def host(self) -> str:
        """The host of the URL."""
        return host_of(self.url)


class NoopAction(Entry):
    """Write to the interaction's routing trace."""

    action: Literal["Noop"] = "Noop"
    text: Annotated[str, StringConstraints(max_length=1000)] = ""


Action = Annotated[
    QueueAction
    | AgentAction
    | GotoifAction
    | GotoAction
    | AutoReplyAction
    | CloseAction
    | TagAction
    | WebhookAction
    | NoopAction,
    Field(discriminator="action"),
]
