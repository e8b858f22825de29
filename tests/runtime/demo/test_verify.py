"""The check of the demonstration finds every fault that is planted: one that cannot fail would prove nothing."""

import random
from collections.abc import Callable

import pytest

from contracts.content import Text
from contracts.interactions import EntryKind, InteractionState
from contracts.messages import DeliveryState
from contracts.stored import StoredMessage
from runtime.demo.report import problems_of
from runtime.demo.sample import sample_accounts
from runtime.demo.traffic import Conversation, conversations
from runtime.demo.verify import answer_faults, faults
from runtime.sandbox.phones import Phone, PhoneMessage
from runtime.store.agent_queues import entries_of
from runtime.store.evidence import Evidence
from tests.parts import NOW
from tests.router.engine.builders import interaction

ACCOUNT = sample_accounts("http://x", "http://sandbox")[0]
TARGET = "queue:sales"
IDS = ["m1", "m2", "m3"]


def members(target: str) -> frozenset[str]:
    return frozenset({"ann", "ben"}) if target == TARGET else frozenset()


def conversation(target: str | None = TARGET) -> Conversation:
    one = Conversation(ACCOUNT, "+391", target, ["words" for _ in IDS], frozenset())
    one.accepted.extend(IDS)
    return one


def stored(name: str, sequence: int) -> StoredMessage:
    return StoredMessage(
        id=f"a:{name}",
        event_id="e",
        correlation_id="c",
        interaction_id="i1",
        account_id="a",
        contact_key="+391",
        direction="inbound",
        sequence=sequence,
        provider_id=name,
        content=Text(text="words"),
        sent_at=NOW,
        received_at=NOW,
    )


def evidence() -> Evidence:
    """As it must be."""
    offered = interaction(
        offered_to=("ann",), waiting_for=TARGET, state=InteractionState.OFFERED, sequence=3, message_count=3, version=1
    )
    messages = [stored(name, number) for number, name in enumerate(IDS, 1)]
    return Evidence([offered], messages, list(entries_of(offered)), 0, 1)


Plant = Callable[[Evidence], None]


def change(**fields: object) -> Plant:
    def plant(found: Evidence) -> None:
        found.interactions[0] = found.interactions[0].model_copy(update=fields)

    return plant


def entry(**fields: object) -> Plant:
    def plant(found: Evidence) -> None:
        found.entries[0] = found.entries[0].model_copy(update=fields)

    return plant


def _lost(found: Evidence) -> None:
    found.messages.pop()


def _doubled(found: Evidence) -> None:
    found.messages.append(stored("m3", 4))


def _foreign(found: Evidence) -> None:
    found.messages.append(stored("m9", 4))


def _reordered(found: Evidence) -> None:
    found.messages[:] = [stored("m2", 1), stored("m1", 2), stored("m3", 3)]


def _gap(found: Evidence) -> None:
    found.messages[2] = stored("m3", 4)


def _none(found: Evidence) -> None:
    found.interactions.clear()


def _twice(found: Evidence) -> None:
    found.interactions.append(found.interactions[0])


def _no_contact(found: Evidence) -> None:
    found.contacts = 0


def _no_entry(found: Evidence) -> None:
    found.entries.clear()


def _owned(found: Evidence) -> None:
    found.interactions[0] = found.interactions[0].model_copy(update={"owner": "ben"})


FAULTS: dict[str, tuple[Plant, str]] = {
    "lost": (_lost, "1 messages lost, 0 too many, 0 doubled"),
    "doubled": (_doubled, "0 messages lost, 0 too many, 1 doubled"),
    "foreign": (_foreign, "0 messages lost, 1 too many, 0 doubled"),
    "reordered": (_reordered, "messages out of order"),
    "gap": (_gap, "numbered [1, 2, 4], counted 3"),
    "miscounted": (change(sequence=4), "numbered [1, 2, 3], counted 4"),
    "nothing": (_none, "0 interactions instead of one"),
    "twice": (_twice, "2 interactions instead of one"),
    "no contact": (_no_contact, "0 contacts instead of one"),
    "wrong queue": (change(waiting_for="queue:support"), "waits for queue:support instead of queue:sales"),
    "no entry": (_no_entry, "stands in the queues of [] instead of ['ann']"),
    "wrong agent": (entry(agent_id="ben"), "stands in the queues of ['ben'] instead of ['ann']"),
    "stale entry": (entry(sequence=2), "the queues of ['ann'] do not show the last message"),
    "stranger": (entry(agent_id="eve"), "offered to ['eve'], who have no part in queue:sales"),
    "unowned": (_owned, "stands in the queues of ['ann'] instead of ['ben']"),
    "routing": (change(state=InteractionState.ROUTING), "is still being routed"),
}


def test_what_is_as_it_must_be_has_no_fault() -> None:
    assert faults(conversation(), evidence(), members) == []
    owned = evidence()
    owned.interactions[0] = owned.interactions[0].model_copy(update={"owner": "ann", "waiting_for": None})
    owned.entries[0] = owned.entries[0].model_copy(update={"kind": EntryKind.OWNED})
    assert faults(conversation(), owned, members) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_in_a_sentence(name: str) -> None:
    plant, sentence = FAULTS[name]
    found = evidence()
    plant(found)
    said = faults(conversation(), found, members)
    assert f"{conversation().key}: {sentence}" in said


def test_a_refused_sender_leaves_rejections_and_nothing_else() -> None:
    assert faults(conversation(None), Evidence(rejections=3), members) == []


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (Evidence([interaction()], rejections=3), "the sender is on no whitelist and was let in"),
        (Evidence(messages=[stored("m1", 1)], rejections=3), "the sender is on no whitelist and was let in"),
        (Evidence(contacts=1, rejections=3), "the sender is on no whitelist and became a contact"),
        (Evidence(rejections=2), "2 rejections recorded of 3"),
    ],
)
def test_a_refused_sender_who_left_more_is_told(found: Evidence, sentence: str) -> None:
    assert faults(conversation(None), found, members) == [f"{conversation().key}: {sentence}"]


def test_only_the_first_faults_are_shown() -> None:
    assert problems_of(["a", "b"], 2) == ["a", "b"]
    assert problems_of(["a", "b", "c", "d"], 2) == ["a", "b", "and 2 more"]


def answered(name: str, sequence: int, words: str, state: DeliveryState = DeliveryState.READ) -> StoredMessage:
    sending = {"direction": "outbound", "content": None, "sending": Text(text=words), "state": state}
    return stored(name, sequence).model_copy(update=sending)


def phone(*messages: tuple[str, str]) -> Phone:
    """A phone on which these answers (id, words) came in, after what the customer said."""
    said = PhoneMessage(id="m1", direction="said", at=NOW, kind="text", words="words")
    received = (
        PhoneMessage(id=name, direction="received", at=NOW, kind="text", words=words) for name, words in messages
    )
    return Phone(account="DT1", contact="+391", typing=False, messages=(said, *received))


def answering() -> tuple[Conversation, Evidence]:
    """Two answers, as they must be stored."""
    one, found = conversation(), evidence()
    one.answers.extend(["good day", "goodbye"])
    found.messages.extend([answered("o1", 4, "good day"), answered("o2", 5, "goodbye")])
    return one, found


AS_IT_MUST_BE = (("o1", "good day"), ("o2", "goodbye"))


def test_answers_that_were_read_in_order_have_no_fault() -> None:
    assert answer_faults(*answering(), phone(*AS_IT_MUST_BE)) == []
    assert answer_faults(conversation(), evidence(), None) == []
    assert answer_faults(conversation(), evidence(), phone()) == []


@pytest.mark.parametrize(
    ("shown", "sentence"),
    [
        (None, "2 answers are not on the phone, 0 too many are"),
        (phone(AS_IT_MUST_BE[0]), "1 answers are not on the phone, 0 too many are"),
        (phone(*AS_IT_MUST_BE, ("o3", "goodbye")), "0 answers are not on the phone, 1 too many are"),
        (phone(*AS_IT_MUST_BE[::-1]), "the answers are on the phone in another order"),
        (phone(("o1", "good day"), ("o9", "goodbye")), "the answers are stored under other ids than the phone has"),
    ],
)
def test_a_phone_that_shows_something_else_is_told(shown: Phone | None, sentence: str) -> None:
    assert f"{conversation().key}: {sentence}" in answer_faults(*answering(), shown)


def test_an_answer_that_is_not_known_to_be_read_is_told() -> None:
    one, found = answering()
    found.messages[-1] = answered("o2", 5, "goodbye", DeliveryState.DELIVERED)
    said = answer_faults(one, found, phone(*AS_IT_MUST_BE))
    assert said == [f"{one.key}: answers are not known to be read: {{'delivered': 1}}"]


def test_an_answer_that_is_not_stored_is_told() -> None:
    one, found = answering()
    found.messages.pop()
    assert f"{one.key}: 1 answers are stored of 2, or others" in answer_faults(one, found, phone(*AS_IT_MUST_BE))


def test_a_message_to_somebody_whom_nobody_answered_is_told() -> None:
    said = answer_faults(conversation(), evidence(), phone(("o1", "good day")))
    assert f"{conversation().key}: 0 answers are not on the phone, 1 too many are" in said


def test_traffic_is_of_the_asked_size_and_spread_over_the_accounts() -> None:
    accounts = sample_accounts("http://x", "http://sandbox")
    made = conversations(accounts, 402, random.Random(3))  # noqa: S311 - which messages come twice is no secret
    assert sum(len(one.messages) for one in made) == 402
    assert {account.type for account in accounts} == {"kaleyra", "meta", "sinch", "twilio"}
    assert len({one.key for one in made}) == len(made)
    assert {one.account.id for one in made} == {account.id for account in accounts}
    assert any(one.repeated for one in made)
    assert any(one.target is None for one in made)
