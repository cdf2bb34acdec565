"""Bring in what you have: one family of pages for files of people, goods, gifts, balances and the bill."""
