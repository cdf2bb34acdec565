"""Damage: buildings and elements, what was seen on them, and the map."""
