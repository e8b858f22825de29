"""One measurement: what was measured, against what, in the same run."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A scenario's figures. Rates are a second; latencies in milliseconds; `ratio` is rate over reference rate.

    `target` is what the figure must come to, and `met` whether it did. `seconds` and `memory_mb` are what the
    preparation took, where that is a figure too. `stolen` is the share of the processors' time that other machines took
    meanwhile: where it is more than a little, latencies say more of them than of us.
    """

    scenario: str
    rate: float
    p50_ms: float | None
    p99_ms: float | None
    reference: str
    reference_rate: float | None
    ratio: float | None
    target: str
    met: bool
    seconds: float | None = None
    memory_mb: float | None = None
    p95_ms: float | None = None
    stolen: float | None = None

    def print(self) -> None:
        """One JSON object on one line."""
        sys.stdout.write(json.dumps(asdict(self)) + "\n")
        sys.stdout.flush()


def percentile_ms(seconds: Iterable[float], share: float) -> float:
    """What this share of some durations stayed within, in milliseconds; of none it is 0."""
    ordered = sorted(seconds)
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 2) if ordered else 0.0


def say(sentence: str) -> None:
    """Tell a person who waits what is going on, apart from the figures."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def say_progress(reached: int, wanted: int) -> None:
    """Show on a terminal how far something has come, on one line that is written over."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{reached:>8} of {wanted}")
        sys.stderr.flush()
