"""Damage surveys: published data and submissions of phones in, graded objects with their source, GeoJSON, forms and a drawn map out."""
