"""What keeps one account's flood from everybody else: it waits on this machine's disk, and not in the routers' queues
(docs/adr/0018).

load     pure: how much is before the routers and the workers
ways     pure: which account goes which way
pace     pure: how fast what was diverted is given back
gauge    asks broker and database for the load
lane     one account's journal, and its way back
lanes    the lanes of one gateway on its disk
sluice   in front of the gatherer: every event goes its account's way
"""

from gateway.receive.overload.gauge import Gauge
from gateway.receive.overload.lanes import Lanes
from gateway.receive.overload.sluice import Sluice
from gateway.receive.overload.ways import Marks, Ways

__all__ = ["Gauge", "Lanes", "Marks", "Sluice", "Ways"]
