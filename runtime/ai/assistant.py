"""The call of an account's OpenAI-compatible endpoint (`POST {base_url}/chat/completions`), and its answer as text.

Only what every such endpoint knows is sent: model, messages, and that the answer is to come in one piece. Limits of
tokens are called differently by different ones; the time and the size of the answer bound them all.
"""

import re
import unicodedata

from pydantic import BaseModel, Field, ValidationError

from contracts.accounts import AI_KEY, Account
from contracts.base import Value
from runtime.ai.prompts import Prompt
from runtime.http.endpoints import Endpoint, EndpointFailed, Endpoints

PATH = "/chat/completions"
MOST_CHARACTERS = 4096
"""Of an answer: what WhatsApp takes as one message."""
FINISHED = frozenset({None, "stop"})
_THOUGHTS = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_KEPT = "\n\t"


class Answer(Value):
    """What the model wrote; `complete` is false if it was cut off, by the model or by us."""

    text: str
    complete: bool


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


class Assistant:
    """Asks the endpoints of the accounts."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    async def answer(self, account: Account, prompt: Prompt) -> Answer:
        """What the account's model makes of a prompt. `account` has its secrets in the clear.

        Raises:
            EndpointFault: nothing, and why.
        """
        key = account.secrets.get(AI_KEY)
        endpoint = Endpoint(account.id, f"{account.ai.base_url}{PATH}", key, account.proxy)
        messages = [{"role": "system", "content": prompt.task}, {"role": "user", "content": prompt.material}]
        body = {"model": account.ai.model, "messages": messages, "stream": False}
        return _understood(await self._endpoints.post(endpoint, body))


def _understood(answer: object) -> Answer:
    try:
        choice = _Completion.model_validate(answer).choices[0]
    except ValidationError as error:
        raise EndpointFailed("the endpoint's answer is no chat completion") from error
    if choice.message.refusal:
        raise EndpointFailed("the model refused to answer")
    text = _plain(choice.message.content or "")
    if not text:
        raise EndpointFailed("the model answered nothing")
    complete = choice.finish_reason in FINISHED and len(text) <= MOST_CHARACTERS
    return Answer(text=text[:MOST_CHARACTERS], complete=complete)


def _plain(text: str) -> str:
    """The text without what some models think aloud first, and without control characters."""
    said = _THOUGHTS.sub("", text)
    return "".join(sign for sign in said if sign in _KEPT or unicodedata.category(sign) != "Cc").strip()
