from router.engine import ConversationState, decide
from tests.router.engine.builders import NOW, received, routing


def test_a_list_that_goes_round_in_circles_stops_after_a_hundred_steps() -> None:
    decision = decide(received(), ConversationState(), routing([{"action": "Goto", "position": 1}]), NOW)
    assert len(decision.trace) == 102
    assert (decision.trace[-1].outcome, decision.trace[-1].value) == ("unmanaged", "step limit")
    assert decision.interaction is not None
    assert decision.interaction.unmanaged


def test_a_list_of_a_hundred_entries_is_walked_to_its_end() -> None:
    decision = decide(received(), ConversationState(), routing([{"action": "Noop"}] * 100), NOW)
    assert decision.trace[-1].value == "end of list"


def test_a_list_of_more_than_a_hundred_entries_is_not() -> None:
    decision = decide(received(), ConversationState(), routing([{"action": "Noop"}] * 101), NOW)
    assert (decision.trace[-2].position, decision.trace[-1].value) == (100, "step limit")


def test_the_hundredth_step_may_block() -> None:
    noops: list[dict[str, object]] = [{"action": "Noop"}] * 99
    actions = [*noops, {"action": "Queue", "queue": "sales", "timeout": 1}]
    decision = decide(received(), ConversationState(), routing(actions), NOW)
    assert decision.trace[-1].outcome == "waiting"
