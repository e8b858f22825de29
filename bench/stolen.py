"""How much of the processor other machines took meanwhile: what a virtual machine's latencies hang on most."""

from pathlib import Path

STAT = Path("/proc/stat")
STEAL = 7
"""Its place among the times of a processor (proc_stat(5)); those behind it are counted elsewhere already."""


class Stolen:
    """Counts from when it was made."""

    def __init__(self) -> None:
        self._before = _times()

    @property
    def share(self) -> float | None:
        """Of all processors' time since then; None where nothing is known of it."""
        passed = [now - then for now, then in zip(_times(), self._before, strict=True)]
        return round(passed[STEAL] / sum(passed), 3) if sum(passed) else None


def _times() -> list[int]:
    """Ticks that the processors spent in each way since the start of the machine."""
    try:
        fields = STAT.read_text(encoding="ascii").splitlines()[0].split()
    except OSError:
        return [0] * (STEAL + 1)
    return [int(field) for field in fields[1 : STEAL + 2]]
