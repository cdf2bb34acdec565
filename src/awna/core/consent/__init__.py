"""Who must say yes, to what exactly, and whether enough of them have."""
