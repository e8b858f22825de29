"""The same job done the usual way: FastStream and motor, one message at a time, so that order holds.

For each event: the contact and the open interaction are made if they are missing, the next agent is taken in turn, the
message is stored, the agent's queue is updated. No whitelist, no conditions, no trace, no offers: less than ours does.
Run as `python -m bench.reference.drain` with AMQP_URL, MONGO_URL and SWITCHBOARD_DATABASE in the environment.
"""

import asyncio
import os
from typing import Any

from faststream import FastStream
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ReturnDocument

QUEUE = "bench.reference.drain"
AGENTS = 20

client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(os.environ["MONGO_URL"], w="majority")
db = client[os.environ["SWITCHBOARD_DATABASE"]]
broker = RabbitBroker(os.environ["AMQP_URL"], default_channel=Channel(prefetch_count=1), logger=None)
app = FastStream(broker, logger=None)


@broker.subscriber(RabbitQueue(QUEUE, queue_type=QueueType.QUORUM, durable=True))
async def route(event: dict[str, Any]) -> None:
    """Bring one message to an agent's queue."""
    conversation = f"{event['account_id']}:{event['contact_key']}"
    message = event["message"]
    if await db.ref_messages.find_one({"_id": message["provider_id"]}, {"_id": 1}):
        return
    await db.ref_contacts.update_one(
        {"_id": event["contact_key"]}, {"$setOnInsert": {"name": message["profile_name"]}}, upsert=True
    )
    interaction = await db.ref_interactions.find_one({"conversation": conversation, "open": True})
    if interaction is None:
        turn = await db.ref_pointer.find_one_and_update(
            {"_id": "queue"}, {"$inc": {"n": 1}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        interaction = {"_id": conversation, "conversation": conversation, "open": True, "agent": turn["n"] % AGENTS}
        await db.ref_interactions.insert_one(interaction)
    await db.ref_messages.insert_one(
        {"_id": message["provider_id"], "interaction": interaction["_id"], "content": message["content"]}
    )
    await db.ref_agent_queues.update_one(
        {"_id": f"{interaction['agent']}:{interaction['_id']}"},
        {"$inc": {"unread": 1}, "$set": {"preview": message["content"].get("text", "")}},
        upsert=True,
    )


if __name__ == "__main__":
    asyncio.run(app.run())
