"""Twilio: Programmable Messaging with its WhatsApp channel."""
