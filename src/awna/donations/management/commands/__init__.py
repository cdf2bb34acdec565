"""Commands of the room of gifts."""
