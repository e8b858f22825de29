"""A model's endpoint, played: it knows the shape of a chat completion, and answers what such endpoints answer."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tests.stand_in import StandIn, recording

RECORDINGS = Path(__file__).parent / "recordings"
KEY = "sk-proj-7f1d-that-nobody-may-see"


class _Turn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    role: Literal["system", "user"]
    content: str = Field(min_length=1)


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    model: str = Field(min_length=1)
    messages: list[_Turn] = Field(min_length=1)
    stream: Literal[False] = False


class Model(StandIn):
    """The endpoint."""

    def __init__(self, name: str = "suggestion") -> None:
        super().__init__("/v1/chat/completions", KEY, recording(RECORDINGS, name))

    def play(self, name: str) -> None:
        """Answer with another recording from now on."""
        self.recording = recording(RECORDINGS, name)

    def fault(self, body: Any) -> str | None:  # noqa: ANN401 - whatever somebody sent
        try:
            _Request.model_validate(body)
        except ValidationError as error:
            return str(error)
        return None
