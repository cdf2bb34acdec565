"""Template tags of giving."""
