"""Distribution: who is offered what waits for a queue or an agent."""
