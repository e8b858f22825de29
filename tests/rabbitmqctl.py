"""RabbitMQ's own command for a private node: for what only an operator does to a broker."""

import asyncio
import json

from runtime.embedded import programs
from runtime.embedded.rabbitmq import RabbitMQ

COMMAND_S = 30.0


async def rabbitmqctl(node: RabbitMQ, *arguments: str) -> str:
    """Run one command and wait for its end; what it printed."""
    program = programs.find_rabbitmq().with_name("rabbitmqctl")
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        env=node._environment(),  # the node's cookie and ports, which nobody else needs to know
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(COMMAND_S):
        output, faults = await process.communicate()
    assert process.returncode == 0, (output + faults).decode()
    return output.decode()


async def leaders(node: RabbitMQ) -> dict[str, str]:
    """The node that leads each queue of a cluster, by queue."""
    told = json.loads(await rabbitmqctl(node, "--quiet", "list_queues", "name", "leader", "--formatter", "json"))
    return {queue["name"]: queue["leader"] for queue in told}


async def raise_alarm(node: RabbitMQ) -> None:
    """Make the node believe that it has no memory left: it blocks whoever publishes."""
    await rabbitmqctl(node, "set_vm_memory_high_watermark", "absolute", "1MB")


async def clear_alarm(node: RabbitMQ) -> None:
    """Take the alarm back."""
    await rabbitmqctl(node, "set_vm_memory_high_watermark", "absolute", "1GiB")
