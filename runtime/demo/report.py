"""What a run of the demonstration tells: its account, and where single conversations landed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from runtime.demo.traffic import Conversation
from runtime.store.evidence import Evidence


@dataclass(slots=True)
class Account:
    """The account of a run.

    `messages` were said in `conversations`, `repeated` deliveries came on top, `refused_requests` were not taken at
    first. `landed` counts conversations by where they stand. `answers` were written in the `answered` conversations;
    `answer_states` counts them by how far they have come. `faults` is what is wrong, a sentence each.
    """

    messages: int = 0
    repeated: int = 0
    conversations: int = 0
    refused_requests: int = 0
    landed: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    answered: int = 0
    answers: int = 0
    answer_states: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Landing:
    """One conversation for people: who wrote what to whom, where it stands and why, and what was answered."""

    provider: str
    account: str
    contact: str
    words: str
    where: str
    why: str
    answer: str


def landing(one: Conversation, evidence: Evidence, walks: Sequence[dict[str, Any]]) -> Landing:
    """A conversation with its routing traces."""
    steps = [_step(step) for walk in walks for step in walk["entries"]]
    return Landing(
        provider=one.account.type,
        account=one.account.key,
        contact=one.contact,
        words=one.messages[0],
        where=where(evidence),
        why=" > ".join(steps) or "the sender is on no whitelist",
        answer=_answer(one, evidence),
    )


def where(evidence: Evidence) -> str:
    """Where a conversation stands."""
    for interaction in evidence.interactions:
        agents = sorted({entry.agent_id for entry in evidence.entries})
        if interaction.owner:
            return f"{interaction.owner} (assigned)"
        return f"{', '.join(agents)} (offered)" if agents else f"waiting in {interaction.waiting_for}"
    return "rejected"


def _step(step: dict[str, Any]) -> str:
    value = f" {step['value']}" if step["value"] else ""
    return f"{step['position']} {step['action']}: {step['outcome']}{value}"


def _answer(one: Conversation, evidence: Evidence) -> str:
    if not one.answers:
        return ""
    states = ", ".join(str(message.state) for message in evidence.outbound)
    return f"{one.answers[0]} … ({states})"


def problems_of(wrong: Sequence[str], most: int = 20) -> list[str]:
    """The first faults, for people."""
    rest = len(wrong) - most
    return [*wrong[:most], *([f"and {rest} more"] if rest > 0 else [])]
