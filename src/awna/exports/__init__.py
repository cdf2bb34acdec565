"""What leaves Awna in open formats. Reads across rooms, never writes."""
