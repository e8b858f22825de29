"""The words and the payload of every kind of content."""

from typing import get_args

import pytest

from contracts import content
from contracts.content import ButtonReply, Content, ListReply, Media, QuickReply, Text, Unsupported, payload_of, text_of

CASES = [
    (Text(text="hello"), "hello", ""),
    (Media(kind="image", caption="a cat"), "a cat", ""),
    (Media(kind="document"), "", ""),
    (ButtonReply(payload="p1", title="Yes"), "Yes", "p1"),
    (ListReply(payload="p2", title="Row"), "Row", "p2"),
    (QuickReply(payload="p3", title="Quick"), "Quick", "p3"),
    (Unsupported(provider_kind="poll", raw={}), "", ""),
]


@pytest.mark.parametrize(("what", "words", "payload"), CASES, ids=lambda case: getattr(case, "kind", ""))
def test_words_and_payload(what: Content, words: str, payload: str) -> None:
    assert (text_of(what), payload_of(what)) == (words, payload)


def test_every_kind_stands_in_the_cases() -> None:
    arms = get_args(get_args(content.Content)[0])
    assert {type(what) for what, _, _ in CASES} == set(arms)
