"""Volunteers, crews, shifts and hours: who may work where, with whom, and what was worked."""
