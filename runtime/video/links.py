"""Two ways to us from outside: the customer's link, and the URL that a video provider reports to.

/v/{token}                               256 random bits, of which the hash is stored; good once, and for a while
/video/callbacks/{session}.{signature}   made for one session, and for nothing else
"""

import re
import secrets
from hashlib import sha256

from runtime.crypto import Signer, signer
from runtime.settings import Settings

LINK_PATH, CALLBACK_PATH = "/v/", "/video/callbacks/"
PURPOSE = "switchboard: reports of video sessions"
_TOKEN = re.compile(r"([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")


class VideoLinks:
    """Makes the URLs, and reads them when they come back.

    Args:
        signer: for `PURPOSE`.
        base_url: under which customers and providers reach the console.
    """

    def __init__(self, signer: Signer, base_url: str) -> None:
        self._signer = signer
        self._base_url = base_url.rstrip("/")

    def new_link(self) -> tuple[str, str]:
        """A customer's link, and the hash that it is found by."""
        token = secrets.token_urlsafe(32)
        return f"{self._base_url}{LINK_PATH}{token}", link_hash(token)

    def callback_url(self, session_id: str) -> str:
        """Where the provider reports what becomes of a session."""
        return f"{self._base_url}{CALLBACK_PATH}{session_id}.{self._signer.sign(session_id)}"

    def session_of(self, token: str) -> str | None:
        """The session that a report's URL was made for; None when it is forged."""
        parts = _TOKEN.fullmatch(token)
        return parts[1] if parts and self._signer.verify(parts[1], parts[2]) else None


def link_hash(token: str) -> str:
    """What the token of a link is stored as."""
    return sha256(token.encode()).hexdigest()


def video_links(settings: Settings) -> VideoLinks:
    """The links of this installation, the same in every process of it.

    Raises:
        SetupFault: there is no key to sign with.
    """
    return VideoLinks(signer(settings, PURPOSE), settings.console_public_url or settings.public_url)
