"""The journal at the door: while the broker does not take events, they wait on this machine's disk (docs/adr/0012).

records     pure: what a record is in bytes, and how records are found again in damaged ones
segments    one file of records
directory   the directory of one gateway, locked; which one a gateway takes
journal     appending (one fsync for all who wait), reading, forgetting
loads       pure: what is read, as AMQP messages, each partition's in order
patience    how long the broker is waited for
detour      whether events go to the broker or behind what the journal holds
drainer     the journal's way to the broker
readiness   when the door is ready
command     `python -m gateway drain`: the same for a journal that nobody came back to
"""

from gateway.receive.journal.detour import Detour
from gateway.receive.journal.directory import JournalDirectory, claim
from gateway.receive.journal.drainer import Drainer
from gateway.receive.journal.journal import Journal
from gateway.receive.journal.records import Kind

__all__ = ["Detour", "Drainer", "Journal", "JournalDirectory", "Kind", "claim"]
