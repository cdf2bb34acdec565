"""Schema of the consent room."""
