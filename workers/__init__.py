"""The workers: distribution of offers, delivery to agent queues, deadlines."""
