"""The share that other machines took, from the counters of the system."""

from pathlib import Path

import pytest

from bench import stolen
from bench.stolen import Stolen


def test_the_share_is_of_the_time_since_the_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stat = tmp_path / "stat"
    monkeypatch.setattr(stolen, "STAT", stat)
    stat.write_text("cpu  100 0 50 800 10 0 0 40 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n", encoding="ascii")
    counting = Stolen()
    assert counting.share is None
    stat.write_text("cpu  130 0 60 820 20 0 0 70 9 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n", encoding="ascii")
    assert counting.share == 0.3


def test_a_system_without_these_counters_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stolen, "STAT", tmp_path / "none")
    assert Stolen().share is None
