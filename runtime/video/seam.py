"""What a video provider is to us: somebody who opens a session, and tells when people come and when it is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.accounts import Account
from contracts.video import VideoMoment


@dataclass(frozen=True, slots=True)
class Wanted:
    """A session that is asked for: our id of it, until when it may begin, and the URL to report to.

    Nothing of the customer is in it.
    """

    reference: str
    expires_at: datetime
    callback_url: str


@dataclass(frozen=True, slots=True)
class Room:
    """A session that was opened: the provider's id of it, where the customer goes, and where the agent does.

    `agent_url` is None where the provider has none apart: the agent has a place of their own there.
    """

    id: str
    customer_url: str
    agent_url: str | None = None


class VideoProvider(Protocol):
    """Opens sessions for accounts that have their secrets in the clear."""

    async def open(self, account: Account, wanted: Wanted) -> Room:
        """A new session.

        Raises:
            EndpointFault: there is none, and why (see `runtime/http/endpoints.py`).
        """
        ...

    def moment(self, report: object) -> VideoMoment | None:
        """What a report of the provider tells; None for what is not recorded."""
        ...
