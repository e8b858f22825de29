from collections.abc import Sequence

import pytest

from tests.chaos.ledger import Conversation, Figures, Found, Log, compare

M1, M2, M3, M4 = "m1", "m2", "m3", "m4"


def said(*accepted: str, answers: Sequence[str] = ()) -> Conversation:
    return Conversation("shop", "SHOP", "+39333", list(accepted), list(answers))


def log(*inbound: str, surplus: int = 0, shown: bool = True) -> Log:
    return Log(inbound, len(inbound), len(inbound) + surplus, shown)


def test_what_was_answered_with_200_and_stands_in_the_log_in_that_order_is_clean() -> None:
    figures = compare(said(M1, M2, M3), Found([log(M1, M2, M3)]))
    assert figures == Figures()
    assert figures.clean


def test_a_conversation_may_be_spread_over_interactions_that_are_found_in_any_order() -> None:
    assert compare(said(M1, M2, M3), Found([log(M3), log(M1, M2)])).clean


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        ([log(M1, M3)], (1, 0, 0, 0)),
        ([], (3, 0, 0, 0)),
        ([log(M1, M3, surplus=1)], (1, 0, 0, 0)),
        ([log(M1, M2, M3, shown=False)], (1, 0, 0, 0)),
        ([log(M1, M2, M2, M3)], (0, 1, 0, 0)),
        ([log(M1, M2, M3), log(M2)], (0, 1, 0, 0)),
        ([log(M1, M2, M3, surplus=1)], (0, 1, 0, 0)),
        ([log(M1, M2, M3, M4)], (0, 1, 0, 0)),
        ([log(M2, M3, M1)], (0, 0, 1, 0)),
        ([log(M3, M2, M1)], (0, 0, 2, 0)),
        ([log(M1, M3), log(M2)], (0, 0, 1, 0)),
    ],
    ids=[
        "a message is missing",
        "nothing is there",
        "a message is missing, its number is not",
        "an agent does not see the last message",
        "a message is there twice",
        "a message is there again in another interaction",
        "a number has no message",
        "a message is there that nobody was answered 200 for",
        "the first message comes last",
        "all is backwards",
        "a message is in the interaction after its own",
    ],
)
def test_what_is_wrong_with_a_log_is_counted(found: Sequence[Log], counts: tuple[int, int, int, int]) -> None:
    figures = compare(said(M1, M2, M3), Found(found))
    assert figures.counts == counts
    assert figures.notes


@pytest.mark.parametrize(
    ("phone", "states", "counts"),
    [
        (["a", "b"], {"a": "read", "b": "read"}, (0, 0, 0, 0)),
        (["a", "b", "c"], {"a": "read", "b": "read"}, (0, 0, 0, 0)),
        (["b"], {"a": "unconfirmed", "b": "read"}, (0, 0, 0, 0)),
        (["b"], {"a": "failed", "b": "read"}, (0, 0, 0, 0)),
        (["b"], {"a": "sent", "b": "read"}, (1, 0, 0, 0)),
        (["b"], {"a": "queued", "b": "read"}, (1, 0, 0, 0)),
        (["b"], {"b": "read"}, (1, 0, 0, 0)),
        (["b", "a"], {"a": "read", "b": "read"}, (0, 0, 1, 0)),
        (["a", "a", "b"], {"a": "read", "b": "read"}, (0, 0, 0, 1)),
        (["a", "b", "a", "a"], {"a": "read", "b": "read"}, (0, 0, 0, 2)),
    ],
    ids=[
        "all arrived",
        "an automatic reply arrived as well",
        "one is unconfirmed",
        "one has failed",
        "one is said to be sent and is nowhere",
        "one is still queued",
        "one was never stored",
        "they arrived in another order",
        "one arrived twice",
        "one arrived three times",
    ],
)
def test_what_is_wrong_with_answers_is_counted(
    phone: Sequence[str], states: dict[str, str], counts: tuple[int, int, int, int]
) -> None:
    assert compare(said(M1, answers=("a", "b")), Found([log(M1)], phone, states)).counts == counts


def test_an_answer_may_be_overtaken_when_the_provider_did_not_say_whether_it_had_it() -> None:
    answered, states = said(M1, answers=("a", "b", "c")), {"a": "read", "b": "read", "c": "read"}
    overtaken = frozenset("a")
    assert compare(answered, Found([log(M1)], ["b", "a", "c"], states, overtaken=overtaken)).clean
    assert compare(answered, Found([log(M1)], ["c", "a", "b"], states, overtaken=overtaken)).counts == (0, 0, 1, 0)
    assert compare(answered, Found([log(M1)], ["b", "a", "c", "a"], states, overtaken=overtaken)).counts == (0, 0, 0, 1)


@pytest.mark.parametrize("state", ["unconfirmed", "sent", "delivered"])
def test_a_status_that_was_answered_with_200_and_is_not_stored_is_lost(state: str) -> None:
    figures = compare(said(M1, answers=("a",)), Found([log(M1)], ["a"], {"a": state}, frozenset("a")))
    assert figures.counts == (1, 0, 0, 0)


def test_figures_add_up() -> None:
    total = Figures.total([Figures(1, 2, 3, 4, ["a"]), Figures(10, 20, 30, 40, ["b"])])
    assert total == Figures(11, 22, 33, 44, ["a", "b"])
    assert Figures.total([]).clean
