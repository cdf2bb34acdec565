"""A room that keeps to its place."""
