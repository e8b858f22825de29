"""The check: every accepted message is where it must be, once, and in order; the sentences say what is not."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from contracts.interactions import Interaction, InteractionState
from contracts.messages import DeliveryState
from contracts.outbound import words_of
from contracts.stored import StoredMessage
from runtime.demo.traffic import Conversation
from runtime.sandbox.phones import Phone
from runtime.store.evidence import Evidence

Members = Callable[[str], frozenset[str]]
"""The agents who may be offered what waits for a target."""


def faults(conversation: Conversation, evidence: Evidence, members: Members) -> list[str]:
    """What is wrong with one conversation; nothing, when all is as it must be."""
    found = (
        _refused(conversation, evidence) if conversation.target is None else _landed(conversation, evidence, members)
    )
    return [f"{conversation.key}: {fault}" for fault in found]


def _refused(conversation: Conversation, evidence: Evidence) -> Iterator[str]:
    if evidence.interactions or evidence.messages:
        yield "the sender is on no whitelist and was let in"
    if evidence.contacts:
        yield "the sender is on no whitelist and became a contact"
    if evidence.rejections != len(conversation.accepted):
        yield f"{evidence.rejections} rejections recorded of {len(conversation.accepted)}"


def _landed(conversation: Conversation, evidence: Evidence, members: Members) -> Iterator[str]:
    if len(evidence.interactions) != 1:
        yield f"{len(evidence.interactions)} interactions instead of one"
        return
    if evidence.contacts != 1:
        yield f"{evidence.contacts} contacts instead of one"
    (interaction,) = evidence.interactions
    yield from _log(conversation, evidence, interaction)
    yield from _place(conversation, evidence, interaction, members)


def _log(conversation: Conversation, evidence: Evidence, interaction: Interaction) -> Iterator[str]:
    stored = [message.provider_id for message in evidence.inbound]
    if stored != conversation.accepted:
        yield _difference(stored, conversation.accepted)
    numbers = [message.sequence for message in evidence.messages]
    if numbers != list(range(1, len(numbers) + 1)) or interaction.sequence != len(numbers):
        yield f"numbered {numbers}, counted {interaction.sequence}"


def _difference(stored: Sequence[str], accepted: Sequence[str]) -> str:
    lost, extra = set(accepted) - set(stored), set(stored) - set(accepted)
    if lost or extra or len(stored) != len(set(stored)):
        return f"{len(lost)} messages lost, {len(extra)} too many, {len(stored) - len(set(stored))} doubled"
    return "messages out of order"


def _place(conversation: Conversation, evidence: Evidence, interaction: Interaction, members: Members) -> Iterator[str]:
    if interaction.owner is None and interaction.waiting_for != conversation.target:
        yield f"waits for {interaction.waiting_for} instead of {conversation.target}"
    in_front_of = {entry.agent_id for entry in evidence.entries}
    wanted = {interaction.owner} if interaction.owner else set(interaction.offered_to)
    if in_front_of != wanted:
        yield f"stands in the queues of {sorted(in_front_of)} instead of {sorted(filter(None, wanted))}"
    if strangers := in_front_of - members(conversation.target or ""):
        yield f"offered to {sorted(strangers)}, who have no part in {conversation.target}"
    if behind := [entry.agent_id for entry in evidence.entries if entry.sequence != interaction.sequence]:
        yield f"the queues of {behind} do not show the last message"
    if interaction.state is InteractionState.ROUTING:
        yield "is still being routed"


def answer_faults(conversation: Conversation, evidence: Evidence, phone: Phone | None) -> list[str]:
    """What is wrong with the answers: each must be on the customer's phone, once and in order, and known to be read."""
    found = [*_received(conversation, phone), *_known(conversation, evidence, phone)]
    return [f"{conversation.key}: {fault}" for fault in found]


def _received(conversation: Conversation, phone: Phone | None) -> Iterator[str]:
    received = [message.words for message in phone.messages if message.direction == "received"] if phone else []
    lost, extra = Counter(conversation.answers) - Counter(received), Counter(received) - Counter(conversation.answers)
    if lost or extra:
        yield f"{lost.total()} answers are not on the phone, {extra.total()} too many are"
    elif received != conversation.answers:
        yield "the answers are on the phone in another order"


def _known(conversation: Conversation, evidence: Evidence, phone: Phone | None) -> Iterator[str]:
    sent = evidence.outbound
    if [_words(message) for message in sent] != conversation.answers:
        yield f"{len(sent)} answers are stored of {len(conversation.answers)}, or others"
    if unread := Counter(str(message.state) for message in sent if message.state is not DeliveryState.READ):
        yield f"answers are not known to be read: {dict(unread)}"
    on_phone = [message.id for message in phone.messages if message.direction == "received"] if phone else []
    if [message.provider_id for message in sent] != on_phone:
        yield "the answers are stored under other ids than the phone has"


def _words(message: StoredMessage) -> str:
    return words_of(message.sending) if message.sending else ""
