"""Measurements, each against a reference in the same run. `python -m bench` prints one JSON object a line."""
