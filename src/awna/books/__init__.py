"""The books: custodies, accounts, entries, bank statements, and the public log of all of it."""
