"""Commands of the room of voices."""
