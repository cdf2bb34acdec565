"""What may be posted to the book, what it adds up to, and where each gift went."""
