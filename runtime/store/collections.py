"""The collections around interactions, and their indexes."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from runtime.store.client import Indexes

INTERACTIONS, MESSAGES, CONTACTS, TRACES = "interactions", "messages", "contacts", "routing_traces"
REJECTIONS, STATUSES, NOTICES = "rejections", "statuses", "notices"
AGENT_QUEUES = "agent_queues"
WRAPPING_UP = "wrapping_up"
"""The index of those whose owner is to give a disposition."""

INDEXES: Indexes = {
    INTERACTIONS: [
        IndexModel(
            "conversation", unique=True, partialFilterExpression={"open": True}, name="one_open_per_conversation"
        ),
        IndexModel([("conversation", ASCENDING), ("opened_at", DESCENDING)], name="history"),
        IndexModel(
            [("waiting_for", ASCENDING), ("waiting_since", ASCENDING)],
            partialFilterExpression={"state": "waiting"},
            name="waiting",
        ),
        IndexModel("owner", partialFilterExpression={"state": "wrapup"}, name=WRAPPING_UP),
        IndexModel("takings.at", partialFilterExpression={"takings.at": {"$exists": True}}, name="taken"),
        IndexModel("due_at", partialFilterExpression={"due_at": {"$type": "date"}}, name="due"),
    ],
    MESSAGES: [
        IndexModel([("interaction_id", ASCENDING), ("sequence", ASCENDING)], name="log"),
        IndexModel(
            [("account_id", ASCENDING), ("provider_id", ASCENDING)],
            partialFilterExpression={"direction": "outbound"},
            name="of_provider",
        ),
        IndexModel(
            [("account_id", ASCENDING), ("contact_key", ASCENDING), ("received_at", ASCENDING)],
            partialFilterExpression={"state": "queued"},
            name="queued",
        ),
    ],
    TRACES: [IndexModel([("interaction_id", ASCENDING), ("at", ASCENDING)], name="of_interaction")],
    STATUSES: [IndexModel([("account_id", ASCENDING), ("provider_id", ASCENDING)], name="of_message")],
    NOTICES: [IndexModel([("account_id", ASCENDING), ("at", DESCENDING)], name="of_account")],
}
