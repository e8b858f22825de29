"""The live feed: what has changed, from whoever stored it to whoever looks at it.

news        gathers within a process what was stored; costs the writer an entry in a dict
publisher   brings it to the broker's stream `live`, a few milliseconds later

Nothing rests on it: what is lost on the way is made up for by a `reset`, after which everybody looks again.
"""
