from datetime import UTC, datetime

from contracts.content import Text
from contracts.messages import DeliveryState, InboundMessage
from runtime.sandbox.phones import Phones
from runtime.sandbox.seam import Accepted

AT = datetime(2026, 1, 1, tzinfo=UTC)


def receive(phones: Phones, contact: str, *ids: str) -> None:
    for message_id in ids:
        phones.receive("A", Accepted(message_id, None, contact, "text", "words", {}), AT)


def shown(phones: Phones) -> dict[str, list[str]]:
    return {phone.contact: [message.id for message in phone.messages] for phone in phones.of()}


def test_a_chat_that_is_too_long_loses_its_oldest_message() -> None:
    phones = Phones(max_per_phone=2)
    receive(phones, "+391", "1", "2", "3")
    assert shown(phones) == {"+391": ["2", "3"]}
    phones.tell("A", "1", DeliveryState.READ)
    phones.tell("A", "3", DeliveryState.READ)
    assert [message.statuses for message in phones.of()[0].messages] == [(), (DeliveryState.READ,)]


def test_the_chat_that_was_quiet_longest_goes_when_there_are_too_many_messages() -> None:
    phones = Phones(max_messages=4)
    receive(phones, "+391", "1", "2")
    receive(phones, "+392", "3")
    receive(phones, "+391", "4")
    receive(phones, "+393", "5")
    assert shown(phones) == {"+391": ["1", "2", "4"], "+393": ["5"]}


def test_what_was_forgotten_may_be_said_again() -> None:
    phones = Phones(max_messages=1)
    said = InboundMessage(provider_id="m1", contact_key="+391", sent_at=AT, content=Text(text="hello"))
    phones.say("A", said)
    receive(phones, "+392", "1")
    assert shown(phones) == {"+392": ["1"]}
    phones.say("A", said)
    assert shown(phones) == {"+391": ["m1"]}


def test_the_same_customer_chats_with_each_account_apart() -> None:
    phones = Phones()
    receive(phones, "+391", "1")
    phones.receive("B", Accepted("1", None, "+391", "text", "words", {}), AT)
    assert [(phone.account, phone.contact) for phone in phones.of(contact="+391")] == [("A", "+391"), ("B", "+391")]
    assert [phone.account for phone in phones.of(account="B")] == ["B"]
