"""The demonstration: a sample configuration, signed traffic through the front door, and a check of where it landed.

sample     the configuration: four accounts, three queues, five agents
traffic    conversations with what must become of each, and the requests that make them
verify     what stands in the database, held against the conversations
run        the three of them, over HTTP and against a running stack
"""
