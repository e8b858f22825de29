"""Replays: past events processed again where they never took effect, delivered again, or routed without any effect."""
