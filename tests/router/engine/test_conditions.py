from contracts.content import Media
from contracts.messages import MessageContext
from router.engine import ConversationState, QueueFigures, decide
from router.engine.conditions import PROVIDERS
from runtime.conditions.vocabulary import FIGURES, VARIABLES
from tests.router.engine.builders import NOW, deadline, interaction, message, received, routing

LATE = {"state": "waiting", "waiting_for": "queue:sales", "cursor": 1, "step_ends_at": NOW, "due_at": NOW}
ON_TIMEOUT: list[dict[str, object]] = [
    {"action": "Queue", "queue": "sales", "timeout": 60},
    {"action": "Gotoif", "condition": "message.text == 'Hello'", "if_true": 4},
    {"action": "Close", "disposition": "No"},
    {"action": "Close", "disposition": "Yes"},
]


def test_every_field_that_a_condition_may_read_is_provided() -> None:
    fields = {name: set(shape) for name, shape in VARIABLES.items() if name not in {"now", "queue"}}
    assert {name: set(provided) for name, provided in PROVIDERS.items()} == fields
    assert set(QueueFigures._fields) == set(FIGURES)


def test_a_variable_may_be_read_as_a_whole() -> None:
    for variable in (*PROVIDERS, "queue", "now"):
        actions = [{"action": "Gotoif", "condition": f"{variable} == {variable}", "if_true": 1}]
        decision = decide(received(), ConversationState(), routing(actions), NOW)
        assert decision.trace[1].value == "true", variable


def test_files_and_contexts_have_the_fields_that_a_condition_may_read() -> None:
    assert VARIABLES["message"]["media"].keys() == Media.model_fields.keys()
    assert VARIABLES["message"]["context"].keys() == MessageContext.model_fields.keys()


def test_after_a_timeout_conditions_look_at_the_last_message() -> None:
    state = ConversationState(interaction=interaction(message_count=3, **LATE), message=message("Hello"))
    decision = decide(deadline(), state, routing(ON_TIMEOUT), NOW)
    assert decision.interaction is not None
    assert decision.interaction.disposition == ("Yes",)


def test_after_a_timeout_without_the_last_message_a_condition_on_it_fails() -> None:
    decision = decide(deadline(), ConversationState(interaction=interaction(**LATE)), routing(ON_TIMEOUT), NOW)
    assert decision.trace[1].value == "there is no message to look at"
    assert decision.interaction is not None
    assert decision.interaction.disposition == ("No",)
