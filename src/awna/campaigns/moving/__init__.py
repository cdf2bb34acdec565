"""Moving in: files of an association that comes with lists of its own, looked at row by row, taken in, and taken back."""
