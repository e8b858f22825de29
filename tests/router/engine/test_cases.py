"""The cases that an admin can read: `cases/README.md` says what their keys mean."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.router.engine.story import Story

FILES = sorted(Path(__file__).parent.glob("cases/*.yaml"))
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}") for path in FILES for case in yaml.safe_load(path.read_text())
]


@pytest.mark.parametrize("case", CASES)
def test_a_conversation_comes_to_what_the_case_says(case: dict[str, Any]) -> None:
    story = Story(case)
    for number, (expected, decision) in enumerate(story.happen()):
        found = {key: story.found(decision, key) for key in expected}
        assert found == expected, f"after step {number}"


def test_a_rejected_sender_leaves_no_interaction() -> None:
    story = Story({"actions": [], "account": {"whitelist_mode": "only_listed"}, "expect": {}})
    ((_, decision),) = story.happen()
    assert decision is not None
    assert (decision.interaction, story.open, story.last) == (None, None, None)


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({param.id for param in CASES}) == len(CASES) >= 120
