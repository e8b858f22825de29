"""What the realtime figures count: who took an interaction that waited, and how long it had."""

from contracts.base import Instant, Value


class Taking(Value):
    """An agent's taking of an interaction that waited for one: accepted, picked up, or assigned to them.

    `since` is from when it waited there: in the queue, or for the agent alone (`queue_id` None). `begun_at` is from
    when the customer waited at all. `transferred`: it came from a colleague, and not for the first time.
    """

    agent_id: str
    at: Instant
    since: Instant
    begun_at: Instant
    queue_id: str | None = None
    transferred: bool = False
