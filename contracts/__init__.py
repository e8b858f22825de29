"""The words of the product as values: events, commands, configuration, state, the broker's topology, errors.

The ground floor: it knows pydantic and nothing else, and everything else knows it.
"""
