"""The readiness board: which of the four keys a task misses, and who can turn it."""
