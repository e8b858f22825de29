"""The agents' AI tools: one OpenAI-compatible endpoint an account, asked for text and for nothing else.

masking      what must not leave: stands under a placeholder, and is put back into the answer
transcript   what an interaction's messages look like to a tool
prompts      what is asked of the model, by tool
assistant    the call, and the answer as plain text

All but the last are pure.
"""
