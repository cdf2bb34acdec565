"""Backups: one sealed file that holds the database, the files and the keys, read back before it counts, and its way back into a bare folder."""
