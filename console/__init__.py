"""The console: the REST API that people and their tools configure, watch and work with."""
