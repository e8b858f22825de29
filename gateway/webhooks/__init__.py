"""Calls of the endpoints that `Webhook` entries of action lists name."""
