"""Queues and agents as they are configured, and what an agent is doing now (domain, section 6)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.base import Count, Id, Instant, Name, Value


class Strategy(StrEnum):
    """How a queue chooses among its eligible agents."""

    BEEPALL = "beepall"
    RRMEMORY = "rrmemory"


class Queue(Value):
    """A queue: its members in order are `agents`; `agent_timeout` bounds one offer, in seconds."""

    id: Id
    name: Name
    strategy: Strategy = Strategy.RRMEMORY
    agent_timeout: Annotated[int, Field(ge=1, le=24 * 3600)] = 30
    weight: Annotated[int, Field(ge=0, le=10)] = 0
    description: Annotated[str, Field(max_length=500)] = ""
    agents: tuple[Id, ...] = ()
    teams: tuple[Id, ...] = ()
    dispositions: tuple[str, ...] = ()


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
    """An agent's state now. `holding` lists the interactions that count against capacity: offered and owned."""

    agent_id: Id
    state: AgentState = AgentState.OFFLINE
    pause: Annotated[str, Field(max_length=64)] = ""
    since: Instant | None = None
    holding: tuple[str, ...] = ()
