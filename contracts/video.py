"""Video sessions: an agent asked for one, the customer has a link to it, and what became of it (domain, section 9)."""

from enum import StrEnum

from contracts.base import Instant, Value


class VideoMoment(StrEnum):
    """What a video provider tells of a session, in our words."""

    JOINED = "joined"
    ENDED = "ended"


class VideoSession(Value):
    """A session as it is kept.

    `provider_id` is the provider's id of it, `link_hash` the SHA-256 of the token in the customer's link, which leads
    to `customer_url` once and until `expires_at`. `message_id` is the message with the link, None until that is stored.
    `opened_at`: the link was used; `joined_at` and `ended_at` are what the provider told, at the time of receipt.
    """

    id: str
    interaction_id: str
    account_id: str
    agent_id: str
    correlation_id: str
    provider_id: str
    link_hash: str
    customer_url: str
    agent_url: str | None = None
    message_id: str | None = None
    started_at: Instant
    expires_at: Instant
    opened_at: Instant | None = None
    joined_at: Instant | None = None
    ended_at: Instant | None = None
