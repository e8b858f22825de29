"""Fixtures of tests that need a real MongoDB."""

from tests.mongo import mongo_url, session_store, store

__all__ = ["mongo_url", "session_store", "store"]
