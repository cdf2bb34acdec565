"""A tree for the layer contract."""
