"""The assistant against a model's endpoint over real HTTP."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from contracts.accounts import AI_KEY, Account
from runtime.ai.assistant import MOST_CHARACTERS, Answer, Assistant
from runtime.ai.prompts import Prompt
from runtime.http.client import OutboundHttp
from runtime.http.endpoints import EndpointFailed, Endpoints
from tests.parts import account
from tests.runtime.ai.model import KEY, Model

PROMPT = Prompt("Do this.", '{"text":"that"}')


@pytest.fixture
async def model() -> AsyncIterator[Model]:
    model = Model("local_model")
    await model.start()
    yield model
    await model.stop()


@pytest.fixture
async def assistant() -> AsyncIterator[Assistant]:
    http = OutboundHttp("127.0.0.1", 5)
    yield Assistant(Endpoints(http, 20, at_once=2))
    await http.stop()


def asking(model: Model, key: str = KEY) -> Account:
    ai = {"enabled": True, "base_url": f"{model.url}/v1/", "model": "llama3.2"}
    return account(ai=ai, secrets={AI_KEY: SecretStr(key)})


async def test_the_request_is_a_chat_completion_with_task_and_material_apart(
    model: Model, assistant: Assistant
) -> None:
    await assistant.answer(asking(model), PROMPT)

    (asked,) = model.asked
    assert asked.body == {
        "model": "llama3.2",
        "messages": [{"role": "system", "content": "Do this."}, {"role": "user", "content": '{"text":"that"}'}],
        "stream": False,
    }


async def test_the_answer_is_the_text_without_what_the_model_thought_first(model: Model, assistant: Assistant) -> None:
    answer = await assistant.answer(asking(model), PROMPT)

    assert answer == Answer(text="Buongiorno, il suo ordine è in viaggio.", complete=True)


async def test_an_answer_that_the_model_cut_off_says_so(model: Model, assistant: Assistant) -> None:
    model.play("cut_off")

    answer = await assistant.answer(asking(model), PROMPT)

    assert answer == Answer(text="The customer ordered two pairs of shoes and", complete=False)


async def test_an_answer_that_is_too_long_for_a_message_is_cut_off_and_says_so(
    model: Model, assistant: Assistant
) -> None:
    model.recording = {"status": 200, "body": {"choices": [{"message": {"content": "\0x\n" * 5000}}]}}

    answer = await assistant.answer(asking(model), PROMPT)

    assert answer == Answer(text=("x\n" * 5000)[:MOST_CHARACTERS], complete=False)


@pytest.mark.parametrize(
    ("recorded", "sentence"),
    [
        ("refusal", "the model refused"),
        ("nothing_said", "answered nothing"),
        ("tool_call", "answered nothing"),
        ("no_choices", "no chat completion"),
        ("another_api", "no chat completion"),
        ("login_page", "not JSON"),
        ("wrong_key", "status 401"),
        ("unknown_model", "status 404"),
        ("rate_limited", "status 429"),
        ("overloaded", "status 503"),
    ],
)
async def test_what_is_no_text_is_told_in_our_words(
    model: Model, assistant: Assistant, recorded: str, sentence: str
) -> None:
    model.play(recorded)

    with pytest.raises(EndpointFailed, match=sentence):
        await assistant.answer(asking(model), PROMPT)


async def test_the_stand_in_itself_refuses_a_wrong_key_and_a_wrong_shape(model: Model, assistant: Assistant) -> None:
    with pytest.raises(EndpointFailed, match="status 401"):
        await assistant.answer(asking(model, key="another"), PROMPT)
    with pytest.raises(EndpointFailed, match="status 400"):
        await assistant.answer(asking(model), Prompt("", ""))
