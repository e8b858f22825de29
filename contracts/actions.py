"""Routing actions: the entries of an account's list, walked from the top (domain, section 5).

The position of an entry, counted from 1, is what a jump names.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.base import Id, Value

Position = Annotated[int, Field(ge=1, le=1000)]
Timeout = Annotated[int, Field(ge=1, le=7 * 24 * 3600, description="seconds")]
Condition = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


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
    """Send a text to the customer."""

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
    """Call an HTTP endpoint with the interaction; its answer may set attributes and choose the next position."""

    action: Literal["Webhook"] = "Webhook"
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+", max_length=2000)]
    timeout: Annotated[int, Field(ge=1, le=30, description="seconds")] = 5


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
