"""Sinch: the Conversation API with its WhatsApp channel."""
