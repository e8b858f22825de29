"""The router: takes each conversation's events in order and decides where the conversation goes."""
