"""Commands of the room of letters."""
