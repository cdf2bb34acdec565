"""Consent: proposals, and whether enough stewards have agreed to exactly these bytes."""
