"""A command that no document names."""
