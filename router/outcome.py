"""What the router's decisions of one batch come to, per conversation: what to store, what to say, what to set apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from contracts.commands import Command, ContactSeed, Deliver, ErrandCommand, Serve
from contracts.deadletters import DeadLetter
from contracts.events import Event
from contracts.interactions import Interaction, Reply, RoutingTrace
from contracts.stored import Rejection, StoredMessage, StoredNotice, StoredStatus
from router.records import held_back, is_quiet, reply_of
from runtime.store.agent_queues import entries_of
from runtime.store.interactions import Change


@dataclass(slots=True)
class Outcome:
    """The outcome of one conversation's events of a batch.

    `interaction` is the open one as it stands now, if any, and `last` the closed one before it, where that may be
    opened again; `loaded` are those two as they were read. `refusals` go only to senders who heard none for a while.
    """

    conversation: str
    interaction: Interaction | None
    last: Interaction | None
    loaded: dict[str, Interaction]
    written: dict[str, Interaction] = field(default_factory=dict)
    applied: dict[str, dict[str, int]] = field(default_factory=dict)
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    messages: list[StoredMessage] = field(default_factory=list)
    refusals: list[StoredMessage] = field(default_factory=list)
    traces: list[RoutingTrace] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    statuses: list[StoredStatus] = field(default_factory=list)
    notices: list[StoredNotice] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    delivers: dict[str, Deliver] = field(default_factory=dict)
    serves: dict[str, Serve] = field(default_factory=dict)
    errands: list[ErrandCommand] = field(default_factory=list)

    def change(self, interaction: Interaction, event: Event, sequence: int) -> None:
        """Take over an interaction as it was decided; several changes of a batch become one write."""
        self.written[interaction.id] = interaction
        self.applied.setdefault(interaction.id, {})[event.event_id] = sequence
        if interaction.open:
            self.interaction = interaction
        else:
            self.interaction, self.last = None, interaction

    def still_applied(self, interaction: Interaction, event: Event, sequence: int) -> None:
        """Have the next write of an interaction, if one follows, go on naming an event that was applied before."""
        self.applied.setdefault(interaction.id, {})[event.event_id] = sequence
        for reply in interaction.replies:
            if reply.event_id == event.event_id:
                self.reply(interaction, reply, event)

    def reply(self, interaction: Interaction, reply: Reply, event: Event) -> None:
        """Have an automatic reply sent. The interaction names it until its next write, in case a crash comes first."""
        self.replies.setdefault(interaction.id, []).append(reply)
        message = reply_of(reply, interaction, event.correlation_id)
        self.messages.append(held_back(message) if is_quiet(event) else message)

    def deliver(self, interaction: Interaction, *, settle: bool = False, contact: ContactSeed | None = None) -> None:
        """Have the agent queues brought in line with an interaction, once a batch."""
        earlier = self.delivers.get(interaction.id)
        self.delivers[interaction.id] = Deliver(
            correlation_id=interaction.correlation_id,
            interaction_id=interaction.id,
            settle=settle or (earlier is not None and earlier.settle),
            contact=contact or (earlier.contact if earlier else None),
        )

    def serve(self, target: str, correlation_id: str) -> None:
        """Have what waits for a target offered, once a batch."""
        self.serves[target] = Serve(correlation_id=correlation_id, target=target)

    def to_deliver(self) -> Iterator[Deliver]:
        """The deliveries, with the entries as decided; without those that have nothing to bring to anybody."""
        entries = {change.after.id: tuple(entries_of(change.after)) for change in self.changes()}
        for deliver in self.delivers.values():
            shown = None if deliver.settle else entries.get(deliver.interaction_id)
            if shown != () or deliver.contact is not None:
                yield deliver.model_copy(update={"entries": shown})

    def changes(self) -> list[Change]:
        """The writes: each interaction before and after, its version raised by one."""
        return [self._change(interaction) for interaction in self.written.values()]

    def _change(self, interaction: Interaction) -> Change:
        before = self.loaded.get(interaction.id)
        update = {
            "version": before.version + 1 if before else 1,
            "applied": self.applied[interaction.id],
            "replies": tuple(self.replies.get(interaction.id, ())),
        }
        return Change(before, interaction.model_copy(update=update))


def commands_of(outcomes: Sequence[Outcome]) -> list[tuple[str, Command]]:
    """The commands of a batch, each with the key of its partition.

    What serves a target travels through the target's partition, so that one worker at a time serves it. Deliveries need
    no order, for an agent queue never goes back to an older state of an interaction: all those of a batch go as one.
    """
    delivers = [deliver for outcome in outcomes for deliver in outcome.to_deliver()]
    serves = {target: serve for outcome in outcomes for target, serve in outcome.serves.items()}
    together = outcomes[0].conversation if outcomes else ""
    return [*((together, deliver) for deliver in delivers), *serves.items()]
