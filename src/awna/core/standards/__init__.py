"""Forms that other programs read: plain data in, bytes or lines out."""
