"""A decision in the making: the interaction as it has become so far, the effects and the trace."""

from datetime import datetime

from contracts.interactions import Interaction, InteractionState, TraceEntry, check_transition
from contracts.lifecycle import due_of
from router.engine.values import Decision, Effect, SendReply


class Draft:
    """Collects what one decision changes. Lives for one call of `decide`."""

    def __init__(self, interaction: Interaction, now: datetime) -> None:
        self.interaction = interaction
        self.now = now
        self._effects: dict[Effect, None] = {}
        self._trace: list[TraceEntry] = []

    def change(self, **updates: object) -> None:
        """Give fields of the interaction new values; `due_at` follows."""
        changed = self.interaction.model_copy(update=updates)
        if (due := due_of(changed)) != changed.due_at:
            changed = changed.model_copy(update={"due_at": due})
        self.interaction = changed

    def move(self, state: InteractionState, **updates: object) -> None:
        """Change the state, and other fields with it.

        Raises:
            IllegalTransition: the state cannot follow the present one.
        """
        self.change(state=check_transition(self.interaction.state, state), **updates)

    def emit(self, effect: Effect) -> None:
        """Have something done, once however often it is said."""
        self._effects[effect] = None

    def has_replied(self, position: int) -> bool:
        """Whether this decision has the entry at this position reply already."""
        return any(isinstance(effect, SendReply) and effect.position == position for effect in self._effects)

    def note(self, position: int, action: str, outcome: str, value: str | None = None) -> None:
        """Add to the trace."""
        self._trace.append(TraceEntry(at=self.now, position=position, action=action, outcome=outcome, value=value))

    def decision(self, before: Interaction | None) -> Decision:
        """The decision, where the interaction was `before`."""
        changed = None if self.interaction is before else self.interaction
        return Decision(changed, tuple(self._effects), tuple(self._trace))
