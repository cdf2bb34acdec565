"""Commands of the public face."""
