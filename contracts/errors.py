"""Errors, and what is to be done with each: the type of a failure says its treatment.

SwitchboardError
├── Unavailable          infrastructure is away: wait, and try again; nothing is lost meanwhile
├── Unprocessable        the event itself is at fault: park it with the reason, go on with the rest
├── ConfigurationFault   what somebody configured is wrong: names the field and the rule
├── IllegalTransition    an interaction cannot go from one state to the other
├── Conflict             the state is another one by now: the sentence says which, for a person
├── NotFound             what was asked for does not exist
└── SetupFault           this machine lacks something: the sentence says what to do
"""


class SwitchboardError(Exception):
    """The root of all our errors; `str(error)` is a sentence for a person, without secrets."""


class Unavailable(SwitchboardError):
    """Broker, database or another service cannot be reached or does not answer in time."""


class Unprocessable(SwitchboardError):
    """An event that will fail however often it is tried."""


class ConfigurationFault(SwitchboardError):
    """A configured value that breaks a rule.

    Args:
        field: dotted path of the field, as in the API.
        rule: the rule, as a sentence.
        position: where in the value the fault stands, counted from 1, if that is known.
    """

    def __init__(self, field: str, rule: str, position: int | None = None) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule
        self.position = position


class IllegalTransition(SwitchboardError):
    """An interaction was to change into a state that cannot follow its own."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"an interaction cannot go from {before} to {after}")
        self.before = before
        self.after = after


class Conflict(SwitchboardError):
    """Somebody or something was faster."""


class SetupFault(SwitchboardError):
    """The machine or the installation is not fit to run this: what is missing, and the command that mends it."""


class NotFound(SwitchboardError):
    """What was asked for does not exist."""
