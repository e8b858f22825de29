"""The door: providers' webhooks in, verified, normalised and confirmed by the broker."""
