"""Forms of the stewards' desk."""
