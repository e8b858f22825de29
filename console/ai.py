"""The agents' AI tools: a reply suggested, a draft rewritten, a text translated, a conversation summarised.

Nothing is sent to the customer and nothing is stored: the answer is a text for the agent. What leaves the system is
`docs/admins.md`'s to say and `runtime/ai`'s to keep; while an account's tools are off, nothing does.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, model_validator

from console.dependencies import ConsoleDependencies
from console.endpoints import calling
from contracts.access import WORKING
from contracts.accounts import Account
from contracts.base import Value
from contracts.content import text_of
from contracts.errors import ConfigurationFault, Conflict, NotFound
from contracts.interactions import Interaction
from contracts.outbound import Words, words_of
from contracts.stored import StoredMessage
from runtime.ai.assistant import Answer
from runtime.ai.masking import Mask
from runtime.ai.prompts import Occasion, Prompt, Style, rewriting, suggestion, summary, translation
from runtime.ai.transcript import Line, transcript
from runtime.http import Call, Nothing, Route
from runtime.http.routes import Handler

_TAG = "AI tools"
WHAT = "the AI tools"
Language = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"),
    Field(description="A language tag: `it`, `pt-BR`."),
]


class SuggestInput(Value):
    """What the reply is to say, in a few words, and in which language; the customer's without one."""

    wish: Annotated[str, StringConstraints(max_length=500)] = ""
    language: Language | None = None


class RewriteInput(Value):
    """A draft, and what is to become of it."""

    text: Words
    style: Style = Style.CORRECT


class TranslateInput(Value):
    """A draft (`text`), or a message of the conversation (`message_id`, ours or the provider's)."""

    text: Words | None = None
    message_id: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None
    language: Language

    @model_validator(mode="after")
    def _one_source(self) -> "TranslateInput":
        if (self.text is None) == (self.message_id is None):
            raise ValueError("needs either a text or a message_id")
        return self


class SummaryInput(Value):
    """What the summary is for, and in which language it is to be; the agent's without one."""

    occasion: Occasion = Occasion.TRANSFER
    language: Language | None = None


class AiApi:
    """The tools."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._configuration = dependencies.configuration_cache
        self._interactions = dependencies.interactions
        self._outbound = dependencies.outbound
        self._assistant = dependencies.assistant

    async def suggest(self, call: Call[SuggestInput, Nothing]) -> Answer:
        """A draft of the next message."""
        interaction, account = await self._about(call)
        mask, lines = await self._lines(interaction, account)
        name = _shared_name(interaction, account, mask)
        prompt = suggestion(lines, mask.hide(call.body.wish), call.body.language, name)
        return await self._answer(account, prompt, mask, call)

    async def rewrite(self, call: Call[RewriteInput, Nothing]) -> Answer:
        """A draft in other words."""
        interaction, account = await self._about(call)
        mask = _mask(interaction, account)
        return await self._answer(account, rewriting(mask.hide(call.body.text), call.body.style), mask, call)

    async def translate(self, call: Call[TranslateInput, Nothing]) -> Answer:
        """A draft or a message in another language."""
        interaction, account = await self._about(call)
        mask, body = _mask(interaction, account), call.body
        text = body.text or await self._words(interaction, body.message_id or "")
        return await self._answer(account, translation(mask.hide(text), body.language), mask, call)

    async def summarise(self, call: Call[SummaryInput, Nothing]) -> Answer:
        """What was said, in a few sentences."""
        interaction, account = await self._about(call)
        mask, lines = await self._lines(interaction, account)
        name = _shared_name(interaction, account, mask)
        return await self._answer(account, summary(lines, call.body.occasion, call.body.language, name), mask, call)

    async def _about(self, call: Call[Any, Nothing]) -> tuple[Interaction, Account]:
        """The interaction, and its account with secrets in the clear.

        Raises:
            Conflict: the account has the tools off.
        """
        interaction = await self._interactions.get(call.path["id"])
        if interaction is None:
            raise NotFound(f"there is no interaction {call.path['id']}")
        account = self._configuration.current.accounts.get(interaction.account_id)
        if account is None:
            raise Conflict("the account of the interaction was deleted")
        if not account.ai.enabled:
            raise Conflict(f"the AI tools of account {account.name} are off: nothing was sent to anybody")
        return interaction, account

    async def _lines(self, interaction: Interaction, account: Account) -> tuple[Mask, list[Line]]:
        most, mask = account.ai.messages, _mask(interaction, account)
        last = max(interaction.sequence, interaction.message_count)
        messages = await self._interactions.messages(interaction.id, most, max(0, last - most))
        lines = transcript(messages, mask)
        if not lines:
            raise Conflict("nothing was said in this interaction yet")
        return mask, lines

    async def _words(self, interaction: Interaction, message_id: str) -> str:
        message = await self._outbound.find(interaction, message_id)
        if message is None:
            raise ConfigurationFault("message_id", "names no message of this conversation")
        words = _words_of(message)
        if not words:
            raise ConfigurationFault("message_id", "names a message without words")
        return words

    async def _answer(self, account: Account, prompt: Prompt, mask: Mask, call: Call[Any, Nothing]) -> Answer:
        with calling(WHAT, account.key, call.correlation_id):
            answer = await self._assistant.answer(account, prompt)
        return answer.model_copy(update={"text": mask.restore(answer.text)})


def _mask(interaction: Interaction, account: Account) -> Mask:
    name = None if account.ai.share_names else interaction.contact_name
    return Mask(name, numbers=not account.ai.share_numbers)


def _shared_name(interaction: Interaction, account: Account, mask: Mask) -> str | None:
    """The customer's name if it may be known; many people have a number for one."""
    return mask.hide(interaction.contact_name) if account.ai.share_names else None


def _words_of(message: StoredMessage) -> str:
    if message.sending is not None:
        return words_of(message.sending)
    return text_of(message.content) if message.content is not None else ""


def ai_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The routes of the tools."""
    api = AiApi(dependencies)
    yield _route("suggest", api.suggest, "Suggest a reply", SuggestInput)
    yield _route("rewrite", api.rewrite, "Rewrite a draft", RewriteInput)
    yield _route("translate", api.translate, "Translate a draft or a message", TranslateInput)
    yield _route("summary", api.summarise, "Summarise the interaction", SummaryInput)


def _route(name: str, handler: Handler[Any, Nothing], what: str, request: type[BaseModel]) -> Route[Any, Any]:
    return Route(
        method="POST",
        path=f"/api/interactions/{{id}}/ai/{name}",
        handler=handler,
        access=WORKING,
        summary=what,
        tag=_TAG,
        request=request,
        response=Answer,
        errors=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.GATEWAY_TIMEOUT),
    )
