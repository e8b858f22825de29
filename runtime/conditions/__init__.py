"""Conditions of routing actions: compiled and checked when an account is saved, evaluated when a list is walked.

The language is CEL (domain, section 5); the names that it may use are the table in `vocabulary`. Pure.
A condition that passes `compile_condition` can still fail on a value that only arrives later (a missing attribute, a
division by zero): `Condition.evaluate` then gives a `Failed`, whose reason holds nothing of what the customer wrote.
"""

from runtime.conditions.condition import Condition, Failed, compile_condition

__all__ = ["Condition", "Failed", "compile_condition"]
