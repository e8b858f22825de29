"""One folder a provider: pure translation between its wire format and our contracts, without I/O."""
