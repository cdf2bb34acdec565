"""Schedules of other programs, calendars, and clearances before work may start."""
