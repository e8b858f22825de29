"""The one entrance of the engine."""

from datetime import datetime
from typing import assert_never

from contracts.events import (
    DeadlineReached,
    Event,
    MessageReceived,
    NoticeReceived,
    OfferAccepted,
    OfferRejected,
    StatusReported,
)
from router.engine.configuration import RoutingConfiguration
from router.engine.messages import receive
from router.engine.offers import accept, reach_deadline, reject
from router.engine.values import ConversationState, Decision, RecordNotice, RecordStatus


def decide(event: Event, state: ConversationState, configuration: RoutingConfiguration, now: datetime) -> Decision:
    """What comes of an event. `version` and `applied` of the interaction are left to whoever stores it.

    Raises:
        Unprocessable: the event's account does not exist.
    """
    compiled = configuration.account(event.account_id)
    match event:
        case MessageReceived():
            return receive(event, state, compiled, configuration, now)
        case OfferAccepted():
            return accept(event, state, now)
        case OfferRejected():
            return reject(event, state, compiled, configuration, now)
        case DeadlineReached():
            return reach_deadline(event, state, compiled, configuration, now)
        case StatusReported():
            return Decision(effects=(RecordStatus(),))
        case NoticeReceived():
            return Decision(effects=(RecordNotice(),))
        case _:
            assert_never(event)
