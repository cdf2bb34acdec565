"""Tables of the crews."""
