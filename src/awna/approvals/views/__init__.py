"""The stewards' pages."""
