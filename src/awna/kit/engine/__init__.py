"""SQLite as Django drives it, with keys read quicker; `settings.sqlite_database` names it."""
