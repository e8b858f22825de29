"""URLs under which a provider fetches a file of ours from the gateway: signed, and good for a while only.

    /files/{expiry, in seconds since 1970}.{signature}.{file id}

Who has such a URL has the file, until it expires; nobody can make one for another file or a later time.
"""

import re
from datetime import timedelta

from runtime.clock import Clock
from runtime.crypto import Signer, signer
from runtime.settings import Settings

PATH = "/files/"
PURPOSE = "switchboard: links to files"
_TOKEN = re.compile(r"([0-9]{1,12})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_.-]{1,64})")


class MediaLinks:
    """Makes the URLs, and reads them when they come back.

    Args:
        signer: for `PURPOSE`.
        public_url: under which the providers reach the gateway.
        lives_for: how long a URL is good; longer than a provider may hold a message back.
    """

    def __init__(self, signer: Signer, public_url: str, lives_for: timedelta, clock: Clock) -> None:
        self._signer = signer
        self._public_url = public_url
        self._lives_for = lives_for
        self._clock = clock

    def media_url(self, file_id: str, domain: str | None = None) -> str:
        """The URL of a file, under an account's own domain where it has one."""
        expires = int((self._clock() + self._lives_for).timestamp())
        signature = self._signer.sign(f"{expires}.{file_id}")
        return f"{(domain or self._public_url).rstrip('/')}{PATH}{expires}.{signature}.{file_id}"

    def file_of(self, token: str) -> str | None:
        """The id of the file that a URL's last part opens; None when it is forged or has expired."""
        parts = _TOKEN.fullmatch(token)
        if parts is None:
            return None
        expires, signature, file_id = parts.groups()
        good = self._signer.verify(f"{expires}.{file_id}", signature) and int(expires) > self._clock().timestamp()
        return file_id if good else None


def media_links(settings: Settings, clock: Clock) -> MediaLinks:
    """The links of this installation, the same in every process of it.

    Raises:
        SetupFault: there is no key to sign with.
    """
    lives_for = timedelta(seconds=settings.media_link_s)
    return MediaLinks(signer(settings, PURPOSE), settings.public_url, lives_for, clock)
