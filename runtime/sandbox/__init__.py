"""The provider's side of the conversation, for demonstrations, benchmarks and tests: its requests, signed as it does.

Written from the providers' descriptions and not from the gateway's code, so that each can find the other's mistakes.
"""
