"""Open letters, signed by people and organisations."""
