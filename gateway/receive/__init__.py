"""From an HTTP request to events that the broker has confirmed."""
