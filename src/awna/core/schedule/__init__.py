"""Schedules of other programs: tasks, relations, calendars and resources in, Microsoft Project XML out, and what changed between two."""
