"""`awna upgrade`: look, keep a copy, change the database, look again; and the way back."""
