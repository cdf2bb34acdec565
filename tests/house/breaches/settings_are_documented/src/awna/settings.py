"""Settings with one that no document names."""

NAMES = ("AWNA_DEBUG", "AWNA_UNTOLD")
