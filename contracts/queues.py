"""Queues and agents as they are configured, and what an agent is doing now (domain, section 6)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.base import Count, Id, Instant, Name, Value

MOST_WEIGHT = 10


class Strategy(StrEnum):
    """How a queue chooses among its eligible agents: all at once, the one after the last, the one notified longest ago,
    the one with the fewest open interactions."""

    BEEPALL = "beepall"
    RRMEMORY = "rrmemory"
    LEAST_RECENT = "least_recent"
    FEWEST_OPEN = "fewest_open"


class Queue(Value):
    """A queue: its members in order are `agents`; `agent_timeout` bounds one offer, in seconds.

    Agents who are members of several queues are offered what waits in the one with the greater `weight` first.
    `preferred_agent_for`: for so many seconds an interaction is offered to the agent who last served the contact, if
    they are eligible. `skip_without_agents`: the step is over at once when no member is logged in.
    `pause_after_missed`: an agent who misses so many offers in a row is paused.
    """

    id: Id
    name: Name
    strategy: Strategy = Strategy.RRMEMORY
    agent_timeout: Annotated[int, Field(ge=1, le=24 * 3600)] = 30
    weight: Annotated[int, Field(ge=0, le=MOST_WEIGHT)] = 0
    preferred_agent_for: Annotated[int, Field(ge=0, le=24 * 3600, description="seconds; 0 = nobody is preferred")] = 0
    skip_without_agents: bool = False
    pause_after_missed: Annotated[int, Field(ge=0, le=100, description="offers; 0 = never")] = 0
    description: Annotated[str, Field(max_length=500)] = ""
    agents: tuple[Id, ...] = ()
    teams: tuple[Id, ...] = ()


class Team(Value):
    """A named set of agents; a queue that names the team has its agents as members."""

    id: Id
    name: Name
    agents: tuple[Id, ...] = ()


class Agent(Value):
    """A person who works in the client; `capacity` is the most interactions in parallel, 0 = no limit."""

    id: Id
    name: Name
    capacity: Count = 0


class AgentState(StrEnum):
    """What an agent is doing: only the available get offers; all keep what they own."""

    AVAILABLE = "available"
    PAUSE = "pause"
    OFFLINE = "offline"


class Presence(Value):
    """An agent's state now. `holding` lists the interactions that count against capacity: offered and owned.

    `wrapups` are the interactions to which the agent is to give a disposition before they are available again.
    """

    agent_id: Id
    state: AgentState = AgentState.OFFLINE
    pause: Annotated[str, Field(max_length=64)] = ""
    since: Instant | None = None
    holding: tuple[str, ...] = ()
    wrapups: tuple[str, ...] = ()
