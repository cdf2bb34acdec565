"""Pure rules: no Django, no database, no clock, no I/O beyond parsing given bytes."""
