"""Tests over the running system: real processes over a real broker and a real database."""
