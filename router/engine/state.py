"""What a decision needs to know of a conversation: which contacts to look up, and the state that they make."""

from collections.abc import Mapping

from contracts.commands import queue_target
from contracts.configuration import Configuration
from contracts.contacts import Contact, contact_id
from contracts.interactions import Interaction
from contracts.messages import InboundMessage
from contracts.queues import AgentState, Queue
from router.engine.configuration import CompiledAccount
from router.engine.values import ConversationState, QueueFigures


def wanted_contacts(compiled: CompiledAccount, contact_key: str) -> set[str]:
    """The ids under which the sender may be in the lists that matter: the account's, and those asked for."""
    return {contact_id(name, contact_key) for name in {compiled.account.list_id, *compiled.lists}}


def state_of(
    compiled: CompiledAccount | None,
    contact_key: str,
    contacts: Mapping[str, Contact],
    interaction: Interaction | None,
    last: Interaction | None,
    queues: Mapping[str, QueueFigures],
    previous_agent: str | None,
    message: InboundMessage | None = None,
    whitelists: frozenset[str] = frozenset(),
) -> ConversationState:
    """The state of a conversation, of what was found under `wanted_contacts` and the rest."""
    lists = compiled.lists if compiled else ()
    home = contact_id(compiled.account.list_id, contact_key) if compiled else ""
    return ConversationState(
        interaction=interaction,
        contact=contacts.get(home),
        lists=frozenset(name for name in lists if contact_id(name, contact_key) in contacts),
        whitelists=whitelists,
        queues=queues,
        previous_agent=previous_agent,
        message=message,
        last=last,
    )


def figures_of(
    configuration: Configuration, waiting: Mapping[str, int], states: Mapping[str, AgentState]
) -> dict[str, QueueFigures]:
    """The figures of every queue by its name, from what waits by target and the states of the agents who are there."""
    return {
        queue.name: _figures(configuration, queue, waiting.get(queue_target(queue.id), 0), states)
        for queue in configuration.queues.values()
    }


def _figures(
    configuration: Configuration, queue: Queue, waiting: int, states: Mapping[str, AgentState]
) -> QueueFigures:
    members = [states[agent.id] for agent in configuration.members(queue) if agent.id in states]
    return QueueFigures(waiting, members.count(AgentState.AVAILABLE), len(members))
