"""Distribution targets: a queue with its members, or one agent on their own."""

from dataclasses import dataclass
from datetime import timedelta

from contracts.commands import agent_target, queue_target
from contracts.configuration import Configuration
from contracts.queues import Agent, Queue, Strategy

STEP_LONG = timedelta(days=8)
"""Longer than any step of an action list: an offer to a single agent stands until the step ends."""


@dataclass(frozen=True, slots=True)
class Target:
    """Who may be offered what waits under this name, by which strategy, and for how long each time."""

    name: str
    strategy: Strategy
    agent_timeout: timedelta
    members: tuple[Agent, ...]


def find_target(configuration: Configuration, name: str) -> Target | None:
    """The target of a name; None when its queue or agent does not exist (any more)."""
    kind, _, identifier = name.partition(":")
    if kind == "queue" and identifier in configuration.queues:
        return of_queue(configuration, configuration.queues[identifier])
    if kind == "agent" and identifier in configuration.agents:
        return Target(agent_target(identifier), Strategy.BEEPALL, STEP_LONG, (configuration.agents[identifier],))
    return None


def of_queue(configuration: Configuration, queue: Queue) -> Target:
    """The target that a queue is."""
    return Target(
        queue_target(queue.id), queue.strategy, timedelta(seconds=queue.agent_timeout), configuration.members(queue)
    )
