"""The table of Twilio's codes."""

import pytest

from contracts.messages import FailureKind
from gateway.providers.twilio.errors import MEANINGS, WAITS, reason, reason_of_status

DESCRIBED = {
    FailureKind.NOT_ON_WHATSAPP: ["63024", "63003", "21211", "21614"],
    FailureKind.WINDOW_CLOSED: ["63016"],
    FailureKind.BLOCKED: ["21610", "63014", "63032", "63033"],
    FailureKind.RATE_LIMITED: ["20429", "21611", "30001", "63017", "63018", "63038"],
    FailureKind.TEMPLATE: ["63027", "63028", "63029", "21655", "21656"],
    FailureKind.MEDIA: ["63019", "63037", "12300", "63025"],
    FailureKind.CONTENT: ["63005", "63013", "63021", "63030", "21617"],
    FailureKind.CREDENTIALS: ["20003"],
    FailureKind.ACCOUNT: ["63007", "21606", "21660", "63020", "63022", "63001"],
    FailureKind.PROVIDER: ["63010", "63012", "63023"],
}


@pytest.mark.parametrize(("code", "kind"), [(code, kind) for kind, codes in DESCRIBED.items() for code in codes])
def test_a_code_has_the_kind_of_its_description(code: str, kind: FailureKind) -> None:
    assert reason(code).kind is kind


@pytest.mark.parametrize("code", [*MEANINGS, "12345"])
def test_every_code_has_a_sentence_for_the_agent(code: str) -> None:
    found = reason(code, "its words")
    assert found.code == code
    assert found.title == "its words"
    assert found.sentence.endswith(".")


@pytest.mark.parametrize("word", ["failed", "undelivered", "canceled", "something else"])
def test_a_failure_without_a_code_has_a_sentence_too(word: str) -> None:
    found = reason_of_status(word, None, "")
    assert found.code == word
    assert found.sentence.endswith(".")


def test_what_waits_is_a_rate_limit() -> None:
    assert {reason(code).kind for code in WAITS} == {FailureKind.RATE_LIMITED}


def test_words_without_end_are_cut() -> None:
    assert len(reason("1", "x" * 10_000).title) == 500
