"""The demonstration: a sample configuration, customers who write and agents who answer, and a check of every message.

sample, credentials   the configuration: accounts of all four providers, three queues, five agents
traffic               conversations with what must become of each
office                the console's API, as agents and admins use it
verify                what stands in the database and on the customers' phones, held against the conversations
run                   all of it, over HTTP and against a running stack and its sandbox
"""
