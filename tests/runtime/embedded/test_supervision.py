import asyncio

from contracts.errors import SetupFault
from runtime.embedded.supervision import Backoff, keep_alive


class Patient:
    """Ends at once whenever it is started, and fails its second start."""

    name = "patient"

    def __init__(self, *, wanted: bool) -> None:
        self.wanted = wanted
        self.starts = 0
        self.started_often = asyncio.Event()

    async def wait(self) -> None:
        """Dead already."""

    async def start(self) -> None:
        self.starts += 1
        if self.starts == 2:
            raise SetupFault("it does not start")
        if self.starts == 3:
            self.started_often.set()


async def test_what_dies_is_started_again_also_after_a_start_that_failed() -> None:
    patient = Patient(wanted=True)
    watch = asyncio.create_task(keep_alive(patient, Backoff(first_s=0.001, last_s=0.001)))
    await asyncio.wait_for(patient.started_often.wait(), 5)
    watch.cancel()


async def test_what_was_stopped_on_purpose_stays_stopped() -> None:
    patient = Patient(wanted=False)
    watch = asyncio.create_task(keep_alive(patient, Backoff(first_s=0.001)))
    await asyncio.sleep(0.05)
    watch.cancel()
    assert patient.starts == 0


def test_the_pause_doubles_up_to_a_limit_and_begins_anew_after_a_steady_run() -> None:
    backoff = Backoff(first_s=1, last_s=3, steady_s=30)
    assert [backoff.after(pause, ran_s=1) for pause in (0, 1, 2, 3)] == [1, 2, 3, 3]
    assert backoff.after(3, ran_s=31) == 1
