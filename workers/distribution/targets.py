"""Distribution targets: a queue with its members, or one agent on their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from contracts.commands import agent_target, queue_target
from contracts.configuration import Configuration
from contracts.queues import MOST_WEIGHT, Agent, Queue, Strategy

STEP_LONG = timedelta(days=8)
"""Longer than any step of an action list: an offer to a single agent stands until the step ends."""


@dataclass(frozen=True, slots=True)
class Target:
    """Who may be offered what waits under this name, by which strategy, and for how long each time.

    `weight`, `preferred_for` and `pause_after_missed` are the queue's; what waits for one agent alone weighs most.
    """

    name: str
    strategy: Strategy
    agent_timeout: timedelta
    members: tuple[Agent, ...]
    weight: int = MOST_WEIGHT
    preferred_for: timedelta = timedelta(0)
    pause_after_missed: int = 0


def find_target(configuration: Configuration, name: str) -> Target | None:
    """The target of a name; None when its queue or agent does not exist (any more)."""
    kind, _, identifier = name.partition(":")
    if kind == "queue" and identifier in configuration.queues:
        return _of_queue(configuration, configuration.queues[identifier])
    if kind == "agent" and identifier in configuration.agents:
        return _of_agent(configuration.agents[identifier])
    return None


def rivals(configuration: Configuration, target: Target) -> Iterator[Target]:
    """The other targets that share agents with this one and weigh as much or more: they have a claim on these agents.

    Those that weigh less need not be looked at: what waits here goes before.
    """
    shared = {agent.id for agent in target.members}
    for queue in configuration.queues.values():
        if queue.weight >= target.weight and queue_target(queue.id) != target.name:
            other = _of_queue(configuration, queue)
            if any(agent.id in shared for agent in other.members):
                yield other
    for agent in target.members:
        if agent_target(agent.id) != target.name:
            yield _of_agent(agent)


def _of_queue(configuration: Configuration, queue: Queue) -> Target:
    return Target(
        queue_target(queue.id),
        queue.strategy,
        timedelta(seconds=queue.agent_timeout),
        configuration.members(queue),
        queue.weight,
        timedelta(seconds=queue.preferred_agent_for),
        queue.pause_after_missed,
    )


def _of_agent(agent: Agent) -> Target:
    return Target(agent_target(agent.id), Strategy.BEEPALL, STEP_LONG, (agent,))
