"""Direct debit: mandates, plans of instalments, runs and their files, returns."""
