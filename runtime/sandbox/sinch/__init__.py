"""Sinch's side: its token endpoint, the Conversation API as far as we call it, the list of templates, and webhooks."""

from runtime.sandbox.sinch.played import PLAYED

__all__ = ["PLAYED"]
