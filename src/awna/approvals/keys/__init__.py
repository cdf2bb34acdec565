"""The stewards' keys: making them, founding the book with them, the policy, and the public page of who holds what."""
