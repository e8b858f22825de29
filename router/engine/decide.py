"""The one entrance of the engine."""

from datetime import datetime
from typing import assert_never

from contracts.events import (
    DeadlineReached,
    Event,
    InteractionChanged,
    MessageReceived,
    NoticeReceived,
    OfferAccepted,
    OfferRejected,
    StatusReported,
    WebhookAnswered,
)
from router.engine.answers import take_answer
from router.engine.configuration import RoutingConfiguration
from router.engine.lifecycle import note_change
from router.engine.messages import receive
from router.engine.offers import accept, reach_deadline, reject
from router.engine.values import ConversationState, Decision, RecordNotice, RecordStatus


def decide(  # noqa: C901, PLR0911 - one arm and one return for each kind of event
    event: Event, state: ConversationState, configuration: RoutingConfiguration, now: datetime
) -> Decision:
    """What comes of an event. `version` and `applied` of the interaction are left to whoever stores it.

    Raises:
        Unprocessable: a message for an account that does not exist. Whatever else concerns a deleted account still has
            its way with the interactions that it has left.
    """
    match event:
        case MessageReceived():
            return receive(event, state, configuration.account(event.account_id), configuration, now)
        case OfferAccepted():
            return accept(event, state, now)
        case OfferRejected():
            return reject(event, state, configuration, now)
        case DeadlineReached():
            return reach_deadline(event, state, configuration, now)
        case WebhookAnswered():
            return take_answer(event, state, configuration, now)
        case InteractionChanged():
            return note_change(event, state)
        case StatusReported():
            return Decision(effects=(RecordStatus(),))
        case NoticeReceived():
            return Decision(effects=(RecordNotice(),))
        case _:
            assert_never(event)
