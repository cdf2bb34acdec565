"""A package that stands nowhere in the house."""
