"""Flows over several rooms: first set-up, statement import, and each role's home page. Holds no models."""
