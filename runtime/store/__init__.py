"""MongoDB: the only module tree that knows motor. One module a collection or a concern, each with its own indexes."""
