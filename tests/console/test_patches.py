"""Merge patches."""

from console.patches import merged


def test_a_merge_patch_replaces_adds_removes_and_goes_down_into_objects() -> None:
    stored = {"a": 1, "b": {"c": 2, "d": 3}, "e": [1, 2], "f": 4}

    patched = merged(stored, {"a": None, "b": {"c": None, "x": 1}, "e": [3], "f": {"g": 5}, "h": "new"})

    assert patched == {"b": {"d": 3, "x": 1}, "e": [3], "f": {"g": 5}, "h": "new"}
    assert stored == {"a": 1, "b": {"c": 2, "d": 3}, "e": [1, 2], "f": 4}
