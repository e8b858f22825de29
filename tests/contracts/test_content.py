"""The words and the payload of every kind of content."""

from typing import get_args

import pytest

from contracts import content
from contracts.content import (
    ButtonReply,
    ContactCard,
    Contacts,
    Content,
    Deleted,
    Edited,
    FlowReply,
    ListReply,
    Location,
    Media,
    Order,
    QuickReply,
    Reaction,
    System,
    Text,
    Unsupported,
    payload_of,
    text_of,
)

CASES = [
    (Text(text="hello"), "hello", ""),
    (Media(kind="image", caption="a cat"), "a cat", ""),
    (Media(kind="document"), "", ""),
    (Location(latitude=45.4, longitude=9.2, name="Duomo", address="Milan"), "Duomo", ""),
    (Location(latitude=45.4, longitude=9.2, address="Milan"), "Milan", ""),
    (Contacts(cards=(ContactCard(name="Ada"), ContactCard(), ContactCard(name="Ben"))), "Ada, Ben", ""),
    (ButtonReply(payload="p1", title="Yes"), "Yes", "p1"),
    (ListReply(payload="p2", title="Row"), "Row", "p2"),
    (QuickReply(payload="p3", title="Quick"), "Quick", "p3"),
    (FlowReply(title="Booked", response={}), "Booked", ""),
    (Reaction(message_id="m1", emoji="\N{HEAVY BLACK HEART}"), "\N{HEAVY BLACK HEART}", ""),
    (Order(text="please"), "please", ""),
    (Edited(message_id="m1", text="hello again"), "hello again", ""),
    (Deleted(message_id="m1"), "", ""),
    (System(event="number_changed", text="new number"), "new number", ""),
    (Unsupported(provider_kind="poll", raw={}), "", ""),
]


@pytest.mark.parametrize(("what", "words", "payload"), CASES, ids=lambda case: getattr(case, "kind", ""))
def test_words_and_payload(what: Content, words: str, payload: str) -> None:
    assert (text_of(what), payload_of(what)) == (words, payload)


def test_every_kind_stands_in_the_cases() -> None:
    arms = get_args(get_args(content.Content)[0])
    assert {type(what) for what, _, _ in CASES} == set(arms)
