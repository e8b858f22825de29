"""From a message that is stored as queued to the provider, and what came of it.

turns       whose turn it is: accounts in rotation, each at its rate, each conversation in order
calls       a conversation with a provider, carried out over HTTP
courier     one message: claimed, given to the provider, its outcome stored
sender      the part of the process that ties these together
errands     what takes long and needs no order: commands from the queue `errands`
templates   the errand that reads an account's templates
"""
