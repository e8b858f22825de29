"""The provider's side of the conversation, for demonstrations, benchmarks and tests: its API, and its webhooks.

Written from the providers' descriptions and not from the gateway's code, so that each can find the other's mistakes.

seam, <provider>   a provider as it is played; each module with a `PLAYED` is one
numbers            the numbers that there are, with their credentials
api                the played APIs: what is sent to customers comes in here
phones, shelf      what customers' phones have got, and the files that are served
faults             what is to go wrong, and how often
reporter           the statuses of what was accepted; postman takes every webhook to the gateway
customers          customers who write
control            the JSON API that all of this is driven by
server             the parts put together
"""
