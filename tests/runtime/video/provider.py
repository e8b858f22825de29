"""A video provider, played: it opens sessions for whoever asks in the right form."""

from typing import Any

from tests.stand_in import Recording, StandIn

KEY = "vk-93c2-that-nobody-may-see"
OPENED: Recording = {
    "status": 201,
    "body": {
        "id": "5cfe2b",
        "url": "https://video.example/join/5cfe2b?k=p%2B1",
        "agent_url": "https://video.example/host/5cfe2b",
        "pin": 1234,
        "expires_at": "2026-03-14T10:26:53+00:00",
    },
}
FIELDS = {"reference", "expires_at", "callback_url"}


class Video(StandIn):
    """The provider."""

    def __init__(self) -> None:
        super().__init__("/api/sessions", KEY, OPENED)

    def fault(self, body: Any) -> str | None:  # noqa: ANN401 - whatever somebody sent
        good = isinstance(body, dict) and body.keys() == FIELDS and all(isinstance(v, str) for v in body.values())
        return None if good else "the body must have reference, expires_at and callback_url"
