"""Ways to build one element, compared as ranges with their sources."""
