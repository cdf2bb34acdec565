"""Commissioning and the pack that is handed over."""
