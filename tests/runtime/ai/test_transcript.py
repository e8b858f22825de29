from typing import Any

import pytest

from contracts.content import ContactCard, Contacts, Content, Deleted, Location, Media, QuickReply, System, Text
from contracts.messages import DeliveryState
from contracts.outbound import SendMedia, TemplateMessage
from contracts.stored import StoredMessage
from runtime.ai.masking import Mask
from runtime.ai.transcript import MOST_CHARACTERS, MOST_IN_ALL, transcript
from tests.parts import NOW

OPEN = Mask(None, numbers=False)


def message(content: Content | None = None, **fields: Any) -> StoredMessage:  # noqa: ANN401 - whatever it may hold
    basis = {
        "id": "m1",
        "event_id": "e1",
        "correlation_id": "c1",
        "interaction_id": "i1",
        "account_id": "shop",
        "contact_key": "+390000001",
        "direction": "inbound" if content is not None else "outbound",
        "sequence": 1,
        "provider_id": "p1",
        "content": content,
        "sent_at": NOW,
        "received_at": NOW,
    }
    return StoredMessage(**{**basis, **fields})


def test_everybody_is_named_by_what_they_are_and_nobody_by_name() -> None:
    lines = transcript(
        [
            message(Text(text="Hello")),
            message(sending=Text(text="We are there at 9"), author="action:1"),
            message(sending=Text(text="Good morning"), author="ada"),
        ],
        OPEN,
    )

    assert lines == [
        {"from": "customer", "text": "Hello"},
        {"from": "automatic reply", "text": "We are there at 9"},
        {"from": "agent", "text": "Good morning"},
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (Media(kind="image", media_id="1", caption="look"), "look"),
        (Media(kind="voice", media_id="1"), "(voice)"),
        (QuickReply(payload="yes-1", title="Yes"), "Yes"),
        (Location(latitude=45.5, longitude=9.2, name="Home", address="Via Roma 1"), "(location)"),
        (Contacts(cards=(ContactCard(name="Grace Hopper"),)), "(contacts)"),
        (Deleted(message_id="m0"), "(deleted)"),
    ],
)
def test_of_what_is_no_text_the_words_leave_or_the_kind_and_never_places_or_other_people(
    content: Content, text: str
) -> None:
    assert transcript([message(content)], OPEN) == [{"from": "customer", "text": text}]


def test_templates_and_files_of_ours_are_named_by_their_kind() -> None:
    sent = [
        message(sending=TemplateMessage(name="welcome", language="it", body={"1": "Ada"}), author="ada"),
        message(sending=SendMedia(media="document", file_id="f1"), author="ada"),
    ]

    assert [line["text"] for line in transcript(sent, OPEN)] == ["(template)", "(media)"]


def test_what_the_customer_did_not_get_and_what_whatsapp_says_is_left_out() -> None:
    failed = message(sending=Text(text="never seen"), state=DeliveryState.FAILED)
    changed = message(System(event="customer_changed_number", text="+390000001 is now +390000002"))

    assert transcript([failed, changed, message()], OPEN) == []


def test_long_messages_are_cut_and_of_long_conversations_the_end_is_kept() -> None:
    lines = transcript([message(Text(text=f"{number:02} " + "x" * 3000)) for number in range(40)], OPEN)

    assert {len(line["text"]) for line in lines} == {MOST_CHARACTERS}
    assert len(lines) == MOST_IN_ALL // MOST_CHARACTERS
    assert lines[-1]["text"].startswith("39 ")


def test_a_number_at_the_place_of_the_cut_is_hidden_before_it_is_cut() -> None:
    text = "x" * (MOST_CHARACTERS - 3) + " 0123456789"

    (line,) = transcript([message(Text(text=text))], Mask(None, numbers=True))

    assert "01" not in line["text"]
