"""The routing engine: one pure function from an event, the state and the configuration to a decision.

No I/O, clock, randomness or logging in here: the same arguments give the same decision, which is what replay and
simulation rest on.
"""

from router.engine.calls import call_again
from router.engine.configuration import CompiledAccount, RoutingConfiguration, compile_account
from router.engine.decide import decide
from router.engine.state import figures_of, state_of, wanted_contacts
from router.engine.values import (
    CallEndpoint,
    ConversationState,
    Decision,
    Effect,
    Notify,
    QueueFigures,
    RecordNotice,
    RecordStatus,
    RejectSender,
    SeedContact,
    SendReply,
    ServeTarget,
    StoreMessage,
)

__all__ = [
    "CallEndpoint",
    "CompiledAccount",
    "ConversationState",
    "Decision",
    "Effect",
    "Notify",
    "QueueFigures",
    "RecordNotice",
    "RecordStatus",
    "RejectSender",
    "RoutingConfiguration",
    "SeedContact",
    "SendReply",
    "ServeTarget",
    "StoreMessage",
    "call_again",
    "compile_account",
    "decide",
    "figures_of",
    "state_of",
    "wanted_contacts",
]
